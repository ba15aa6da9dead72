"""What to train with against what a model bears badly: copies that vary more than today's, as options of DVC."""

from collections.abc import Mapping

from tinysight.params import AugmentParams

KEYS = {  # of augment, for each kind of distortion; the lower a JPEG's quality, the more it is spoiled
    "shift": "shift",
    "rotation": "rotation",
    "scale": "zoom",
    "brightness": "brightness",
    "contrast": "contrast",
    "blur": "blur",
    "noise": "noise",
    "JPEG": "jpeg_quality",
}
FEWEST = 2  # copies of each row, where there are none yet
ENOUGH, MOST = 5, 50  # copies that are tried first; that are allowed


def stronger(levels: Mapping[str, float], augment: AugmentParams) -> str:
    """Options of `dvc exp run` that make copies vary up to these levels; empty where they do already.

    Nothing becomes weaker by them.

    Args:
        levels: kinds of distortions, and how strong the copies are to show them.
        augment: what they are made with today.
    """
    missed = {KEYS[kind]: level for kind, level in levels.items() if kind in KEYS and not _made(kind, level, augment)}
    copies = {} if augment.copies or not levels else {"copies": FEWEST}
    return _options({**copies, **missed})


def more_copies(augment: AugmentParams) -> str:
    """The option that makes more copies of each row; empty where more are not allowed."""
    copies = min(MOST, max(ENOUGH, 2 * augment.copies))
    return _options({"copies": copies}) if copies > augment.copies else ""


def present(kind: str, augment: AugmentParams) -> str:
    """What copies show of a kind today: `augment.shift` is 0.15."""
    return f"`augment.{KEYS[kind]}` is {getattr(augment, KEYS[kind]):g}"


def _made(kind: str, level: float, augment: AugmentParams) -> bool:
    today = float(getattr(augment, KEYS[kind]))
    return today <= level if kind == "JPEG" else today >= level


def _options(changes: Mapping[str, float]) -> str:
    return " ".join(f"-S augment.{key}={value:g}" for key, value in changes.items())
