"""What docs/answers.md tells of `make bench-training` alone: sureness, budgets of time, and few pictures."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tests.bench.answer_blocks import percent, table
from tests.bench.measured import CALLS, FEW, SETS, Figures, NotMeasuredError, expected_of

CLIP_ART = {key: words for key, words in SETS.items() if "clip_art" in key}
TRAINED = {  # the sets that a model was trained on, and of which set it was shown pictures besides
    "digits_folds": ("5,000 handwritten digits, in five folds", "Fashion-MNIST"),
    "digits": ("5,000 handwritten digits", "Fashion-MNIST"),
    "fashion": ("Fashion-MNIST", "handwritten digits"),
    **{key: (f"{words}, in five folds", "") for key, words in CLIP_ART.items() if key.endswith("folds")},
}
STATED = 0.99  # export.precision, with which all of them were trained
JUDGED = {  # whose test rows calls may have scored, in one split or in folds
    "digits": "handwritten digits",
    "fashion": "Fashion-MNIST",
    **{key.removesuffix("_folds"): words for key, words in CLIP_ART.items() if key.endswith("folds")},
}
FOLDS = "5,000 handwritten digits in five folds"


def unknown(figures: Figures) -> str:
    """What is answered, how much of that is right, and how many pictures of another set are answered all the same."""
    found, origin = figures.trained()
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
    parts = (table(header, rows), _with_few(drawn), f"From {origin}.")
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
    found, origin = figures.trained()
    chosen = {
        **{name: ("fashion", one) for name, one in found.get("fashion", {}).items() if "," in name and FEW not in name},
        **{f"{name}, {FOLDS}": ("digits_folds", one) for name, one in found.get("digits_folds", {}).items()},
    }
    if not chosen:
        raise NotMeasuredError("training")
    rows = [
        (name, percent(one["accuracy"]), percent(one["moved_accuracy"]), _moves(of), f"{one['seconds']:.0f} s",
         f"{one['cpu_seconds']:.0f} s", f"{one['calibration_error']:.3f}")
        for name, (of, one) in chosen.items()
    ]  # fmt: skip
    header = ("candidate", "right", "when moved", "moved by up to", "trained in", "processor time", "calibration error")
    return f"{table(header, rows)}\n\nFrom {origin}."


def _moves(name: str) -> str:
    """How far pictures of a set are shifted, in parts of the side, and turned, where they are judged moved."""
    expected = expected_of(name)
    return f"{100 * expected.shift:.0f} %, {expected.rotation:.0f}°"


def few(figures: Figures) -> str:
    """How far candidates come with a handful of pictures a class, beside all of them."""
    found, origin = figures.trained()
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
    return f"{table(header, rows)}\n\nFrom {origin}."


def looks(figures: Figures) -> str:
    """How often the benchmarks looked at test rows, by set."""
    counted = Counter(name for call in figures.calls() for name in _scored(call))
    if not counted:
        raise NotMeasuredError("training_final")
    parts = [f"{words}: {counted[key]}" for key, words in JUDGED.items() if counted[key]]
    return (
        "Calls of our own training benchmarks that were to score test rows, those that failed or measured again"
        f" included: {'; '.join(parts)}. From [{CALLS}.json](figures/{CALLS}.json), which holds the words of each and,"
        " of the later ones, the commit and all figures."
    )


def _scored(call: Mapping[str, Any]) -> list[str]:
    """The sets that a call was for; of one with --sets all of them, whether it came to them or not."""
    words = list(call["arguments"])
    named = words[words.index("--sets") + 1].split(",") if "--sets" in words else []
    return sorted({name.removeprefix("scored_").removesuffix("_folds") for name in named or call.get("figures", {})})


TRAINING_BLOCKS: dict[str, Callable[[Figures], str]] = {make.__name__: make for make in (unknown, budgets, few, looks)}
