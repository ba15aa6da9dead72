"""The record of one candidate's scores, and its file scores.json."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tinysight.errors import DataError
from tinysight.whole_file import write_whole

SCORES = "scores.json"


class Record(BaseModel):
    """A part of scores.json or verdict.json: frozen; fields of later versions are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ClassScores(Record):
    """One class: shares from 0 to 1, and how many images it has."""

    precision: float
    recall: float
    f1: float
    support: int


class SplitScores(Record):
    """What a candidate scores on one side of the split.

    Attributes:
        rows: images.
        accuracy: share of right answers; unknown counts by its best class.
        interval: 95 %, of accuracy.
        macro_f1: mean f1 of the classes.
        expected_calibration_error: mean gap between confidence and accuracy.
        expected_accuracy: accuracy under the expected shifts and rotations.
        expected_interval: 95 %, of expected_accuracy.
        expected_standard_error: of expected_accuracy, over rows.
        per_class: by class name, in the order of the labels.
        confusion_matrix: counts; rows are true, columns predicted.
        answered: share of images that are not answered as unknown.
        answered_accuracy: accuracy on those; None if there are none.
    """

    rows: int
    accuracy: float
    interval: tuple[float, float]
    macro_f1: float
    expected_calibration_error: float
    expected_accuracy: float
    expected_interval: tuple[float, float]
    expected_standard_error: float
    per_class: dict[str, ClassScores]
    confusion_matrix: list[list[int]]
    answered: float
    answered_accuracy: float | None


class Cost(Record):
    """What a candidate costs.

    Attributes:
        multiply_adds: for one image, counted in the graph.
        file_bytes: of model.onnx.
        cpu_ms: processor time for one image, from decoded pixels to probabilities, on one thread.
        p50_ms: half of the images take no longer.
        p99_ms: 99 of 100 images take no longer.
        peak_mb: most memory of a process that loads the model and predicts, in 10^6 bytes (its
            proportional set size where it serves alone); None where the system does not tell.
        train_seconds: wall time of the training.
    """

    multiply_adds: int
    file_bytes: int
    cpu_ms: float
    p50_ms: float
    p99_ms: float
    peak_mb: float | None
    train_seconds: float


class Scores(Record):
    """All of scores.json."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    name: str
    kind: str
    val: SplitScores
    test: SplitScores
    cost: Cost


def write_record(path: Path, record: Record) -> None:
    """Writes a record as JSON, whole or not at all."""
    write_whole(path, record.model_dump_json(indent=1, by_alias=True) + "\n")


def write_scores(folder: Path, scores: Scores) -> None:
    """Writes scores.json into a candidate's folder."""
    write_record(folder / SCORES, scores)


def read_scores(folder: Path) -> Scores:
    """Reads scores.json from a candidate's folder.

    Raises:
        DataError: if it is missing or breaks the schema.
    """
    path = folder / SCORES
    try:
        return Scores.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise DataError(f"{path} is wrong at {where}: {first['msg']}. Run `dvc repro -f` on its stage.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}. Run `dvc repro` to make it again.") from None
