"""A model card: what a model is for, what it was made from, how good it is and where it is not, as Markdown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tinysight.data.dataset import DatasetInfo
from tinysight.evaluation.promise import promise
from tinysight.evaluation.score_figures import level_text
from tinysight.evaluation.scores import Scores, SplitScores
from tinysight.evaluation.small_server import burst_sentences
from tinysight.evaluation.weaknesses import weak_class_sentence, weakness_sentence
from tinysight.evaluation.wording import (
    cell,
    count,
    duration,
    duration_ms,
    file_size,
    memory_taken,
    motion,
    percent,
    percent_range,
    points,
)
from tinysight.params import ExpectedParams

CARD, PICTURE = "card.md", "card-mistakes.png"
FEW = 30  # test pictures of a class: below it its recall is known to no better than 15 points or so
SPOILED_BY = {"expected": "all that is expected, so many times"}  # other kinds say it themselves
MIXED = 3  # pairs of classes that are named


@dataclass(frozen=True)
class Origin:
    """What a card says of where the model comes from.

    Attributes:
        model: the registered model's name.
        dataset: what ingest found.
        train_rows: how many pictures it was trained on.
        expected: what the user's pictures do.
        git_commit: empty outside of git.
        uncommitted: files that were not in it.
        grouped: whether near-duplicates were kept on one side of the split.
    """

    model: str
    dataset: DatasetInfo
    train_rows: int
    expected: ExpectedParams
    git_commit: str
    uncommitted: Sequence[str] = ()
    grouped: bool = True


def model_card(scores: Scores, origin: Origin, *, picture: bool) -> str:
    """The card of one candidate.

    Args:
        scores: of the candidate.
        origin: where it comes from.
        picture: whether its worst mistakes lie beside the card.
    """
    parts = [
        f"# {origin.model}: {scores.name}",
        *_use(origin),
        *_data(scores, origin),
        *_scores(scores, origin.expected),
        *_classes(scores.test),
        *(["### Its worst mistakes", f"![worst mistakes]({PICTURE})"] if picture else []),
        *_robustness(scores),
        *_confidence(scores),
        "## Limits",
        "\n".join(f"- {line}" for line in _limits(scores, origin)),
        *_cost(scores),
        *_again(scores, origin),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _use(origin: Origin) -> Iterator[str]:
    names = origin.dataset.class_names
    kinds = cell(", ".join(names))
    yield "## Intended use"
    yield (
        f"It names one picture as one of {len(names)} kinds ({kinds}), or says unknown where it is not sure"
        f" enough. It is meant for pictures taken as those of the data set {origin.dataset.name} were. It does not say"
        " where in a picture something is. It was not made for pictures that show several of these kinds or none of"
        " them; what it does with some of those stands below under unknown. It should not decide alone where a mistake"
        " does harm."
    )


def _data(scores: Scores, origin: Origin) -> Iterator[str]:
    info = origin.dataset
    unread = f" {info.quarantined:,} files could not be read." if info.quarantined else ""
    apart = " Near-duplicates stay on one side." if origin.grouped else " Near-duplicates may be on two sides."
    yield "## Data"
    yield (
        f"{info.name}, {info.images:,} pictures, digest `{info.digest}`.{unread} Trained on {origin.train_rows:,};"
        f" {scores.val.rows:,} chose and calibrated it (val); {scores.test.rows:,} had no say in anything (test)."
        f" Pictures are brought to {info.image_size} × {info.image_size} pixels.{apart}"
    )


def _scores(scores: Scores, expected: ExpectedParams) -> Iterator[str]:
    test, val = scores.test, scores.val
    rows = [
        ("accuracy", _share(test.accuracy, test.interval), _share(val.accuracy, val.interval)),
        (f"accuracy, {motion(expected)}", _share(test.expected_accuracy, test.expected_interval),
         _share(val.expected_accuracy, val.expected_interval)),
        ("macro F1", f"{test.macro_f1:.3f}", f"{val.macro_f1:.3f}"),
        ("answered", percent(test.answered), percent(val.answered)),
        ("right among those", _maybe(test.answered_accuracy), _maybe(val.answered_accuracy)),
    ]  # fmt: skip
    yield "## Scores"
    yield _table(("", "test", "val"), rows)
    yield "In brackets are 95 % intervals. All figures are those of the exported file, through ONNX Runtime."


def _classes(test: SplitScores) -> Iterator[str]:
    rows = []
    for name, one in test.per_class.items():
        found, named = _share(one.recall, one.recall_interval), _share(one.precision, one.precision_interval)
        rows.append((name, str(one.support), found, named, _maybe(one.expected_recall)))
    yield "### Class by class, test"
    yield _table(("class", "pictures", "found (recall)", "rightly named (precision)", "found when moved"), rows)
    mixed = list(_mixed(test))
    if mixed:
        yield f"Most often mixed up: {'; '.join(mixed)}."


def _mixed(test: SplitScores) -> Iterator[str]:
    """The pairs that are mixed up most, the most frequent first."""
    matrix, names = np.array(test.confusion_matrix), list(test.per_class)
    wrong = matrix - np.diag(np.diag(matrix))
    for place in np.argsort(-wrong, axis=None, kind="stable")[:MIXED].tolist():
        truth, said = divmod(place, len(names))
        if wrong[truth, said]:
            yield f"{cell(names[truth])} taken for {cell(names[said])} ({wrong[truth, said]} of {matrix[truth].sum()})"


def _robustness(scores: Scores) -> Iterator[str]:
    if scores.curves:
        rows = [
            (
                SPOILED_BY.get(curve.kind, curve.kind),
                ", ".join(f"{level_text(p.level, curve.unit)}: {percent(p.accuracy)}" for p in curve.points),
            )
            for curve in scores.curves
        ]
        yield "## Robustness"
        yield _table(("spoiled by", "accuracy on val"), rows)
        yield weakness_sentence(scores)
        yield cell(weak_class_sentence(scores))


def _confidence(scores: Scores) -> Iterator[str]:
    off = percent(scores.test.expected_calibration_error)
    yield "## Confidence and unknown"
    yield f"Its confidence is off by {off} on average (expected calibration error, test)."
    if scores.unknown:
        yield promise(scores)
        rows = [(one.kind, str(one.images), _share(one.unknown, one.interval)) for one in scores.unknown.strangers]
        if rows:
            yield _table(("pictures of other things", "how many", "called unknown"), rows)


def _limits(scores: Scores, origin: Origin) -> Iterator[str]:
    low, high = scores.test.interval
    yield f"{scores.test.rows:,} test pictures leave its accuracy uncertain by {points((high - low) / 2)} either way."
    few = [name for name, one in scores.test.per_class.items() if one.support < FEW]
    if few:
        yield f"Of {cell(', '.join(few))} there are fewer than {FEW} test pictures: their figures say little."
    yield "Another camera, light or background than in the data set was tested only as far as Robustness says."
    if origin.uncommitted:
        yield f"No commit can make it again (not committed: {', '.join(origin.uncommitted)})."


def _cost(scores: Scores) -> Iterator[str]:
    cost = scores.cost
    rows = [
        ("file", file_size(cost.file_bytes)),
        ("multiply-adds for a picture", count(cost.multiply_adds)),
        ("time for a picture, one thread", f"{duration_ms(cost.p50_ms)}; 99 of 100 in {duration_ms(cost.p99_ms)}"),
        ("memory", memory_taken(cost)),
        ("training", duration(cost.train_seconds)),
    ]
    yield "## Cost"
    yield _table(("", ""), rows)
    yield burst_sentences(cost)


def _again(scores: Scores, origin: Origin) -> Iterator[str]:
    yield "## How to make it again"
    commit = f"Commit `{origin.git_commit}`" if origin.git_commit else "No commit (it was made outside of git)"
    yield f"{commit}, data set `{origin.dataset.digest}`, candidate `{scores.name}`."
    yield "`tinysight registry explain VERSION` says what of this is still to be had, and the commands."


def _share(share: float, interval: tuple[float, float] | None) -> str:
    return percent(share) if interval is None else f"{percent(share)} ({percent_range(interval)})"


def _maybe(share: float | None) -> str:
    return "–" if share is None else percent(share)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(map(cell, row)) + " |" for row in rows)])
