"""learning.json: trainings on fewer pictures and at other image sizes, each with all that it hangs on."""

import hashlib
import json
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import Field, ValidationError

from tinysight.data.dataset import read_info
from tinysight.data.splits import Split
from tinysight.errors import DataError
from tinysight.evaluation.scores import Cost, Interval, Record, SplitScores, read_scores, write_record
from tinysight.models.status import read_status
from tinysight.params import Params
from tinysight.paths import Paths, candidate_of

Varied = Literal["rows", "size"]
ROWS: Final = "rows"
SIZE: Final = "size"
COMPARED = "svm"  # whose curve is drawn beside that of another candidate
COSTS = {"multiply_adds", "file_bytes", "train_seconds", "p50_ms", "peak_mb"}
LENGTHS = ("side", "cell")  # settings of a candidate in pixels of the pictures as it resizes them
FIGURES = {"accuracy", "interval", "expected_accuracy", "expected_interval"}


class Question(Record):
    """What is asked by one training.

    Attributes:
        candidate: the name under which it is scored: `small_cnn_int8` asks of the 8-bit file.
        varied: `rows`, for fewer train rows, or `size`, for another image size.
        rows: train rows, copies not counted.
        image_size: of the pictures, in pixels.
        basis: digest of what else the answer hangs on; empty in files of earlier versions.
    """

    candidate: str
    varied: Varied
    rows: int
    image_size: int
    basis: str = ""

    def asks_like(self, other: "Question") -> bool:
        """Whether both ask the same."""
        return all(getattr(self, name) == getattr(other, name) for name in Question.model_fields)


class Trial(Question):
    """One training, judged on the same val rows as the candidate itself.

    Attributes:
        lengths: settings of the candidate in pixels, which follow the image size: the side to which it resizes the
            pictures itself, the cell of an SVM.
        accuracy: share of right answers on val.
        interval: 95 %.
        expected_accuracy: the same, moved as the user expects.
        expected_interval: 95 %.
        multiply_adds: of the model for one picture.
        file_bytes: of the model.
        train_seconds: wall time of the training.
        p50_ms: half of the pictures take no longer, on one thread; None in files of earlier versions.
        peak_mb: most memory of a process that loads the model and predicts, in 10^6 bytes; None where unknown.
    """

    lengths: dict[str, int] = Field(default_factory=dict)
    accuracy: float
    interval: Interval
    expected_accuracy: float
    expected_interval: Interval
    multiply_adds: int
    file_bytes: int
    train_seconds: float
    p50_ms: float | None = None
    peak_mb: float | None = None


class FailedTrial(Question):
    """One training that did not come through; the reason is a line."""

    reason: str


class Learning(Record):
    """All of learning.json, and how many trials of other settings or pictures were left out when it was read."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    trials: list[Trial]
    failed: list[FailedTrial] = Field(default_factory=list)
    stale: int = Field(default=0, exclude=True)

    def of(self, candidate: str, varied: str) -> list[Trial]:
        """The trials of one candidate in one direction, the smallest first."""
        found = [trial for trial in self.trials if trial.candidate == candidate and trial.varied == varied]
        return sorted(found, key=lambda trial: (trial.rows, trial.image_size))

    def failures(self, candidate: str, varied: str) -> list[FailedTrial]:
        """What has failed of one candidate in one direction."""
        return [one for one in self.failed if one.candidate == candidate and one.varied == varied]

    def answers(self, question: Question) -> bool:
        """Whether a training that came through has asked just that."""
        return any(trial.asks_like(question) for trial in self.trials)

    def add(self, *results: Trial | FailedTrial) -> Self:
        """The same with more results, each in the place of what an earlier one found."""
        kept = [one for one in (*self.trials, *self.failed) if not any(one.asks_like(result) for result in results)]
        everything = (*kept, *results)
        trials = [one for one in everything if isinstance(one, Trial)]
        return self.model_copy(
            update={"trials": trials, "failed": [one for one in everything if isinstance(one, FailedTrial)]}
        )


def compared_with(chosen: str) -> tuple[str, ...]:
    """Whose curve is drawn beside that of the chosen candidate; nobody's beside any file of the svm."""
    return () if candidate_of(chosen) == COMPARED else (COMPARED,)


def write_learning(path: Path, learning: Learning) -> None:
    """Writes learning.json whole."""
    write_record(path, learning)


def read_learning(params: Params, paths: Paths) -> Learning:
    """Reads what learning.json holds of today's settings and pictures; nothing where there is no such file.

    Raises:
        DataError: if it is broken.
    """
    path = paths.learning
    if not path.is_file():
        return Learning(trials=[])
    try:
        learning = Learning.model_validate_json(path.read_bytes())
    except ValidationError as error:
        fix = "Delete it, then run `tinysight learning-curve`."
        raise DataError(f"{path} is broken: {error.errors()[0]['msg']}. {fix}") from None
    today = {name: basis(params, paths, name) for name in {one.candidate for one in learning.trials + learning.failed}}
    trials = [trial for trial in learning.trials if trial.basis == today[trial.candidate]]
    failed = [one for one in learning.failed if one.basis == today[one.candidate]]
    return Learning(trials=trials, failed=failed, stale=len(learning.trials) - len(trials))


def basis(params: Params, paths: Paths, name: str) -> str:
    """sha256 of what makes a candidate and what judges it: settings, pictures, and the rows of train and val.

    Args:
        params: of the pipeline.
        paths: of the pipeline.
        name: of a candidate, or of its 8-bit file. One that is no longer in params has an empty basis.
    """
    if candidate_of(name) not in params.models:
        return ""
    judged = params.digest("evaluate.expected", "evaluate.draws")
    story = [params.model_digest(candidate_of(name)), judged, read_info(paths.dataset).digest]
    digest, split = hashlib.sha256(json.dumps(story).encode()), Split.open(paths.split)
    for rows in (split.train, split.val):
        digest.update(rows.tobytes())
    return digest.hexdigest()


def with_today(learning: Learning, params: Params, paths: Paths, chosen: str) -> Learning:
    """Adds what the pipeline itself has trained and judged, where it was tried otherwise: as it stands in the table.

    Args:
        learning: what was read.
        params: of the pipeline.
        paths: of the pipeline.
        chosen: the chosen candidate's name.
    """
    beside: list[tuple[str, Varied]] = [(name, ROWS) for name in compared_with(chosen)]
    shown: list[tuple[str, Varied]] = [(chosen, ROWS), *beside, (chosen, SIZE)]
    tried = [pair for pair in shown if learning.of(*pair) or learning.failures(*pair)]
    return learning.add(*(as_it_is(params, paths, *pair) for pair in tried))


def as_it_is(params: Params, paths: Paths, name: str, varied: Varied) -> Trial | FailedTrial:
    """What the pipeline says of a candidate with all train rows and today's image size.

    Raises:
        DataError: if its status or its scores cannot be read.
    """
    question = Question(
        candidate=name,
        varied=varied,
        rows=len(Split.open(paths.split).train),
        image_size=params.dataset.image_size,
        basis=basis(params, paths, name),
    )
    status = read_status(paths.scores(name))
    if status.failed:
        return FailedTrial(**dict(question), reason=status.reason)
    scores = read_scores(paths.scores(name))
    return answered(question, lengths(params, name), scores.val, scores.cost)


def answered(question: Question, own: dict[str, int], val: SplitScores, cost: Cost) -> Trial:
    """A question with what its training scored and cost."""
    figures = val.model_dump(include=FIGURES) | cost.model_dump(include=COSTS)
    return Trial(**dict(question), lengths=own, **figures)


def lengths(params: Params, name: str) -> dict[str, int]:
    """The settings of a candidate in pixels; empty where it takes the pictures as they are, or chooses by itself."""
    found = {key: getattr(params.models[candidate_of(name)], key, None) for key in LENGTHS}
    return {key: length for key, length in found.items() if isinstance(length, int)}
