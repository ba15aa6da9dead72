"""What docs/answers.md tells of `make bench-training` alone: sureness, budgets of time, and few pictures."""

from collections.abc import Callable, Iterable

from tests.bench.answer_blocks import percent, table
from tests.bench.measured import FEW, SETS, SIDES, Figures, NotMeasuredError

CLIP_ART = {key: words for key, words in SETS.items() if "clip_art" in key}
TRAINED = {  # the sets that a model was trained on, and of which set it was shown pictures besides
    "digits_folds": ("5,000 handwritten digits, in five folds", "Fashion-MNIST"),
    "digits": ("5,000 handwritten digits", "Fashion-MNIST"),
    "fashion": ("Fashion-MNIST", "handwritten digits"),
    **{key: (f"{words}, in five folds", "") for key, words in CLIP_ART.items() if key.endswith("folds")},
}
STATED = 0.99  # export.precision, with which all of them were trained
FOLDS = "5,000 handwritten digits in five folds"


def unknown(figures: Figures) -> str:
    """What is answered, how much of that is right, and how many pictures of another set are answered all the same."""
    file, found = figures.trainings()
    rows = [
        (name, learned, percent(one["answered"]), percent(one["precision"]),
         f"{percent(one['others_unknown'])} of {other}" if "others_unknown" in one else "not measured")
        for key, (learned, other) in TRAINED.items()
        for name, one in found.get(key, {}).items()
        if FEW not in name and "answered" in one
    ]  # fmt: skip
    if not rows:
        raise NotMeasuredError("training")
    header = ("candidate", "trained on", "of its own kind answered", "right of these", "answered with unknown")
    drawn = [one["precision"] for key in CLIP_ART.keys() & TRAINED.keys()
             for name, one in found.get(key, {}).items() if FEW not in name]  # fmt: skip
    parts = (table(header, rows), _with_few(drawn), f"From {figures.origin(file, f' on {SIDES[file]} rows')}.")
    return "\n\n".join(part for part in parts if part)


def _with_few(precisions: Iterable[float]) -> str:
    """What a few hundred drawings made of the stated precision; nothing where that was not measured."""
    found = sorted(precisions)
    if not found:
        return ""
    return (
        f"With a few hundred pictures, as of clip art, the stated {100 * STATED:.0f} % came out as {percent(found[0])}"
        f" to {percent(found[-1])}: val holds some tens of them, and so few cannot support it. The verdict says what"
        " they do support."
    )


def budgets(figures: Figures) -> str:
    """What a candidate reaches on Fashion-MNIST with the settings for so much time, and in five folds of the digits."""
    file, found = figures.trainings()
    chosen = {
        **{name: one for name, one in found.get("fashion", {}).items() if "," in name and FEW not in name},
        **{f"{name}, {FOLDS}": one for name, one in found.get("digits_folds", {}).items()},
    }
    if not chosen:
        raise NotMeasuredError("training")
    rows = [
        (name, percent(one["accuracy"]), percent(one["moved_accuracy"]), f"{one['seconds']:.0f} s",
         f"{one['cpu_seconds']:.0f} s", f"{one['calibration_error']:.3f}")
        for name, one in chosen.items()
    ]  # fmt: skip
    header = ("candidate", "right", "right when moved", "trained in", "processor time", "calibration error")
    return f"{table(header, rows)}\n\nFrom {figures.origin(file, f' on {SIDES[file]} rows')}."


def few(figures: Figures) -> str:
    """How far candidates come with a handful of pictures a class, beside all of them."""
    file, found = figures.trainings()
    rows = [
        (words, name.replace(",", " with"), percent(found[key][plain]["accuracy"]), percent(one["accuracy"]))
        for key, words in CLIP_ART.items()
        for name, one in found.get(key, {}).items()
        for plain in [name.split(",")[0]]
        if FEW in name and plain in found[key]
    ]
    if not rows:
        raise NotMeasuredError("training")
    header = ("drawings of eight kinds", "candidate", "right with all pictures", "right with so few")
    return f"{table(header, rows)}\n\nFrom {figures.origin(file, f' on {SIDES[file]} rows')}."


TRAINING_BLOCKS: dict[str, Callable[[Figures], str]] = {make.__name__: make for make in (unknown, budgets, few)}
