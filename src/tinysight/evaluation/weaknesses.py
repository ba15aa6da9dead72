"""What breaks a model soonest, read from its robustness curves, and what to train it with against that."""

from dataclasses import dataclass

from tinysight.evaluation.curves import EXPECTED
from tinysight.evaluation.score_figures import level_text
from tinysight.evaluation.scores import Scores
from tinysight.evaluation.wording import percent

SENSIBLE_LOSS = 0.03  # below it nothing needs to be done
REMEDIES = {
    "shift": "augment.shift={share:g}",
    "rotation": "augment.rotation={level:g}",
    "scale": "augment.zoom={share:g}",
    "brightness": "augment.brightness={share:g}",
    "blur": "augment.blur={share:g}",
    "noise": "augment.noise={share:g}",
    "JPEG": "augment.jpeg_quality={level:g}",
}


@dataclass(frozen=True)
class Weakness:
    """A mild distortion that costs much.

    Attributes:
        kind: of the distortion.
        level: as people read it.
        loss: of accuracy.
        left: accuracy under it.
        remedy: an override of the augmentation.
    """

    kind: str
    level: str
    loss: float
    left: float
    remedy: str


def weakness(scores: Scores) -> Weakness | None:
    """The kind whose second level, still mild, costs the most accuracy; None where none costs much."""
    found = []
    for curve in scores.curves:
        if curve.kind != EXPECTED and len(curve.points) > 2:
            clean, point = curve.points[0], curve.points[2]
            remedy = REMEDIES.get(curve.kind, "").format(share=point.level, level=point.level)
            loss = clean.accuracy - point.accuracy
            found.append(Weakness(curve.kind, level_text(point.level, curve.unit), loss, point.accuracy, remedy))
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
