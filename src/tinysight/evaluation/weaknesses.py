"""What breaks a model soonest, read from its robustness curves."""

from dataclasses import dataclass

from tinysight.evaluation.curves import EXPECTED
from tinysight.evaluation.score_figures import level_text
from tinysight.evaluation.scores import Scores
from tinysight.evaluation.wording import percent

SENSIBLE_LOSS = 0.03  # below it nothing needs to be done


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
    for curve in scores.curves:
        if curve.kind != EXPECTED and len(curve.points) > 2:
            clean, point = curve.points[0], curve.points[2]
            level, loss = level_text(point.level, curve.unit), clean.accuracy - point.accuracy
            found.append(Weakness(curve.kind, point.level, level, loss, point.accuracy))
    worst = max(found, key=lambda one: one.loss, default=None)
    return worst if worst and worst.loss >= SENSIBLE_LOSS else None


def weakness_sentence(scores: Scores) -> str:
    """One sentence on what breaks the model soonest; empty where there are no curves."""
    if not scores.curves:
        return ""
    found = weakness(scores)
    if found is None:
        return f"Nothing mild breaks {scores.name}: at the second step of each kind it loses under 3 points."
    name = "JPEG quality" if found.kind == "JPEG" else found.kind
    return f"What {scores.name} bears least is {name}: at {found.level} it still names {percent(found.left)} right."
