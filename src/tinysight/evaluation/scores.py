"""The record of one candidate's scores, and its file scores.json."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tinysight.bundle_scores import BundleScores
from tinysight.errors import DataError
from tinysight.whole_file import write_whole

SCORES = "scores.json"


class Record(BaseModel):
    """A part of scores.json or verdict.json: frozen; fields of later versions are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


Interval = tuple[float, float]


class ClassScores(Record):
    """One class: shares from 0 to 1 with 95 % intervals, how many images it has, and recall under the expected warps.

    What may be None is so in files of earlier versions.
    """

    precision: float
    recall: float
    f1: float
    support: int
    precision_interval: Interval | None = None
    recall_interval: Interval | None = None
    expected_recall: float | None = None


class Bin(Record):
    """Answers of about the same confidence: how sure they are on average, and how many of them are right."""

    images: int
    confidence: float
    accuracy: float


class Calibration(Record):
    """Whether the model is right as often as it says, as the file answers and without its temperature.

    Attributes:
        before, after: mean gap between confidence and accuracy, had the temperature not been fitted, and as it is.
        bins_before, bins_after: equally many images each, the least confident first.
    """

    before: float
    after: float
    bins_before: list[Bin]
    bins_after: list[Bin]


class SplitScores(Record):
    """What a candidate scores on one side of the split.

    Attributes:
        rows: images.
        accuracy: share of right answers; unknown counts by its best class.
        interval: 95 %, of accuracy.
        macro_f1: mean f1 of the classes.
        expected_calibration_error: mean gap between confidence and accuracy.
        expected_accuracy: accuracy under what is expected of pictures: evaluate.expected.
        expected_interval: 95 %, of expected_accuracy.
        expected_standard_error: of expected_accuracy, over rows.
        per_class: by class name, in the order of the labels.
        confusion_matrix: counts; rows are true, columns predicted.
        answered: share of images that are not answered as unknown.
        answered_accuracy: accuracy on those; None if there are none.
        macro_f1_interval: 95 %, by bootstrap over images.
        answered_interval: 95 %, of answered_accuracy.
        calibration: how far confidence can be trusted.
    """

    rows: int
    accuracy: float
    interval: Interval
    macro_f1: float
    expected_calibration_error: float
    expected_accuracy: float
    expected_interval: Interval
    expected_standard_error: float
    per_class: dict[str, ClassScores]
    confusion_matrix: list[list[int]]
    answered: float
    answered_accuracy: float | None
    macro_f1_interval: Interval | None = None
    answered_interval: Interval | None = None
    calibration: Calibration | None = None


class CurvePoint(Record):
    """What is left at one strength of a distortion.

    Attributes:
        level: how strong; see the curve's unit.
        accuracy, interval: share of right answers, unknown counted by its best class, with what chance allows (95 %).
        answered: share that is not answered as unknown.
        answered_accuracy: accuracy on those; None if there are none.
        per_class: share of right answers of each class.
    """

    level: float
    accuracy: float
    interval: Interval
    answered: float
    answered_accuracy: float | None
    per_class: dict[str, float]


class Curve(Record):
    """Accuracy against one kind of distortion, on a sample of the val images.

    Attributes:
        kind: for instance shift; `expected` is the user's own combination.
        unit: of the levels: `%` (as shares), `°`, `quality` of a JPEG, or `times` what is expected.
        points: from no distortion to the strongest.
        images: how many there are of each class; empty in files of earlier versions.
    """

    kind: str
    unit: str
    points: list[CurvePoint]
    images: dict[str, int] = {}


class Stranger(Record):
    """Pictures of a kind that the model was not trained on, and the share of them that it answers with unknown."""

    kind: str
    images: int
    unknown: float
    interval: Interval


class Unknown(Record):
    """When the model answers unknown, and how well that works.

    Attributes:
        threshold: a confidence below it is unknown.
        stated_precision: the wanted share of right answers among those given.
        val_precision: what val shows at the threshold; None if it answers nothing.
        reached: False where no threshold that may be taken shows that precision on val; it is the best supported.
        strangers: kinds of pictures never trained on.
        stated_answered: wanted share of val answered, where the precision allows it; None in files of earlier versions.
    """

    threshold: float
    stated_precision: float
    val_precision: float | None
    reached: bool
    strangers: list[Stranger]
    stated_answered: float | None = None


class Cost(Record):
    """What a candidate costs.

    Attributes:
        multiply_adds: for one image, counted in the graph.
        file_bytes: of model.onnx.
        cpu_ms: processor time for one image, from decoded pixels to probabilities, on one thread.
        p50_ms, p99_ms: half of the images take no longer, and 99 of 100.
        peak_mb: most memory of a process that loads the model and predicts, in 10^6 bytes (its proportional set
            size where it serves alone); None where the system does not tell.
        train_seconds: wall time of the training.
        decode_ms: processor time from a picture's file to its pixels.
        http_ms: the rest of the processor time that the service spends on a request.
        images_per_second: decoded pictures, in batches, on all cores.
        cores: how many these were.
        start_seconds: from the start of the service's process to its first answer.
        service_mb: the most that the service takes with one worker, as peak_mb. None is not measured.
    """

    multiply_adds: int
    file_bytes: int
    cpu_ms: float
    p50_ms: float
    p99_ms: float
    peak_mb: float | None
    train_seconds: float
    decode_ms: float | None = None
    http_ms: float | None = None
    images_per_second: float | None = None
    cores: int | None = None
    start_seconds: float | None = None
    service_mb: float | None = None

    @property
    def request_ms(self) -> float | None:
        """Processor time of a whole request; None where a part of it was not measured."""
        known = self.decode_ms is not None and self.http_ms is not None
        return (self.decode_ms or 0) + self.cpu_ms + (self.http_ms or 0) if known else None

    @property
    def deployed_mb(self) -> float | None:
        """What pages show: the service's memory, or where nobody measured it that of the model alone: peak_mb."""
        return self.peak_mb if self.service_mb is None else self.service_mb


class Scores(Record):
    """All of scores.json; what has a default is missing in files of earlier versions."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    name: str
    kind: str
    val: SplitScores
    test: SplitScores
    cost: Cost
    curves: list[Curve] = []
    unknown: Unknown | None = None


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


def bundle_scores(scores: Scores) -> BundleScores:
    """What of the scores goes with the model into its bundle: nothing that hangs on a clock or a machine."""
    return BundleScores.model_validate(scores.model_dump(include={"val", "test"}))
