"""What breaks a model soonest, and which class most, read from its robustness curves."""

from collections.abc import Iterator
from dataclasses import dataclass

from tinysight.evaluation.curves import EXPECTED
from tinysight.evaluation.metrics import wilson_interval
from tinysight.evaluation.score_figures import level_text
from tinysight.evaluation.scores import Curve, CurvePoint, Scores
from tinysight.evaluation.wording import percent

MILD = 2  # the place of the level in a curve whose first is no distortion
SENSIBLE_LOSS = 0.03  # below it nothing needs to be done
CLEAR_GAP = 0.1  # a class so far below all together is worth a sentence
SURELY = 3.0  # standard errors: who looks for the worst of many classes and kinds finds some bad luck


@dataclass(frozen=True)
class Weakness:
    """A mild distortion that costs much.

    Attributes:
        kind: of the distortion.
        strength: its level, as in the curve.
        level: the same as people read it.
        loss: of accuracy.
        left: accuracy under it.
    """

    kind: str
    strength: float
    level: str
    loss: float
    left: float


def weakness(scores: Scores) -> Weakness | None:
    """The kind whose second level, still mild, costs the most accuracy; None where none costs much."""
    found = []
    for curve in _several_steps(scores):
        clean, point = curve.points[0], curve.points[MILD]
        level, loss = level_text(point.level, curve.unit), clean.accuracy - point.accuracy
        found.append(Weakness(curve.kind, point.level, level, loss, point.accuracy))
    worst = max(found, key=lambda one: one.loss, default=None)
    return worst if worst and worst.loss >= SENSIBLE_LOSS else None


def _several_steps(scores: Scores) -> list[Curve]:
    """The curves of one kind of distortion each that reach the level called mild."""
    return [curve for curve in scores.curves if curve.kind != EXPECTED and len(curve.points) > MILD]


def weakness_sentence(scores: Scores) -> str:
    """One sentence on what breaks the model soonest; empty where no curve tells."""
    mild = [_named(curve.kind, level_text(curve.points[MILD].level, curve.unit)) for curve in _several_steps(scores)]
    if not mild:
        return ""
    found = weakness(scores)
    if found is None:
        return f"Nothing mild breaks {scores.name}: it loses under 3 points each at {', '.join(mild)}."
    name = "JPEG quality" if found.kind == "JPEG" else found.kind
    return f"What {scores.name} bears least is {name}: at {found.level} it still names {percent(found.left)} right."


@dataclass(frozen=True)
class WeakClass:
    """A class that suffers more from a distortion than the others.

    Attributes:
        where: the distortion and its level, as people read them.
        name: of the class.
        clean: share of its pictures that is named rightly as they are.
        left: the same under the distortion.
        together: of all pictures, under it.
    """

    where: str
    name: str
    clean: float
    left: float
    together: float


def weak_class(scores: Scores) -> WeakClass | None:
    """The class farthest below all classes together at the mildest level at which one is surely and clearly below.

    None where no class is, or where nobody noted how many pictures of each there are.
    """
    strongest = max((len(curve.points) for curve in scores.curves), default=0)
    for place in range(1, strongest):
        reaching = [curve for curve in scores.curves if place < len(curve.points)]
        found = [one for curve in reaching for one in _far_below(curve, curve.points[place])]
        if found:
            return max(found, key=lambda one: one.together - one.left)
    return None


def _far_below(curve: Curve, point: CurvePoint) -> Iterator[WeakClass]:
    """The classes that are surely and clearly below all together at a level, and suffer from the distortion."""
    for name, left in point.per_class.items():
        clean = curve.points[0].per_class[name]
        _, at_most = wilson_interval(left, curve.images.get(name, 0), SURELY)
        if at_most < point.accuracy and left <= min(point.accuracy - CLEAR_GAP, clean - SENSIBLE_LOSS):
            yield WeakClass(_where(curve, point.level), name, clean, left, point.accuracy)


def _where(curve: Curve, level: float) -> str:
    if curve.kind == EXPECTED:
        return "Under all that is expected" + ("" if level == 1 else f", {level_text(level, curve.unit)},")
    text = level_text(level, curve.unit)
    return f"At {_named(curve.kind, text)}"


def _named(kind: str, level: str) -> str:
    return f"JPEG quality {level}" if kind == "JPEG" else f"{level} {kind}"


def weak_class_sentence(scores: Scores) -> str:
    """One sentence on the class that suffers most; empty where none is surely and clearly below the others."""
    found = weak_class(scores)
    if found is None:
        return ""
    return (
        f"{found.where} the class {found.name} falls from {percent(found.clean)} to {percent(found.left)}; all classes"
        f" together still reach {percent(found.together)}."
    )
