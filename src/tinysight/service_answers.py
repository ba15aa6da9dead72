"""What the service answers, typed, and how it is read from JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tinysight.errors import ServiceError
from tinysight.prediction import Prediction


@dataclass(frozen=True)
class ServedPrediction(Prediction):
    """A prediction and where it came from.

    Attributes:
        model_version: the registered version that answered, "local" without a registry.
        prediction_id: names this answer, for feedback about it.
    """

    model_version: str
    prediction_id: str


@dataclass(frozen=True)
class ModelScores:
    """What the model scored on one side of the split when it was registered; shares from 0 to 1.

    Attributes:
        accuracy: share of right answers; unknown counts by its best class.
        interval: 95 %, of accuracy.
        macro_f1: mean f1 of the classes.
        expected_calibration_error: mean gap between confidence and accuracy.
        expected_accuracy: accuracy under what is expected of pictures: evaluate.expected.
    """

    accuracy: float
    interval: tuple[float, float]
    macro_f1: float
    expected_calibration_error: float
    expected_accuracy: float


@dataclass(frozen=True)
class ModelInfo:
    """The model that a service answers with.

    Attributes:
        name: of the registered model.
        version: the registered one, "local" without a registry.
        sha256: of the bytes of model.onnx.
        class_names: in the model's order.
        image_size: height and width in pixels that pictures are fitted to.
        fit: how a picture of another shape becomes square: pad, crop or stretch.
        background: RGB behind transparent pixels and beside padded pictures.
        window: counts that become black and white in pictures of over 8 bits.
        unknown_threshold: a confidence below it is answered as unknown.
        contract_version: of what the model file promises.
        dataset_digest: of the data set that it was made from.
        params_digest: of the parameters that it was made with.
        precision: of the weights, float32 or int8.
        metrics: what it scored, by `val` and `test`; None where that is not known.
        promoted_at: when it became the production version; None where that is not known.
    """

    name: str
    version: str
    sha256: str
    class_names: tuple[str, ...]
    image_size: int
    fit: str
    background: tuple[int, int, int]
    window: tuple[float, float] | None
    unknown_threshold: float
    contract_version: int
    dataset_digest: str
    params_digest: str
    precision: str = "float32"
    metrics: Mapping[str, ModelScores] | None = None
    promoted_at: datetime | None = None


def read_prediction(answer: Mapping[str, Any]) -> ServedPrediction:
    """A prediction from an answer; KeyError or TypeError if it is none."""
    return ServedPrediction(
        class_name=answer["class"],
        best_class=answer["best_class"],
        confidence=answer["confidence"],
        probabilities=answer["probabilities"],
        model_version=answer["model_version"],
        prediction_id=answer["prediction_id"],
    )


def read_outcome(answer: Mapping[str, Any]) -> ServedPrediction | ServiceError:
    """A file's prediction, or its problem, from an answer about many."""
    if "error" in answer:
        return problem_error(answer["error"], int(answer["error"]["status"]))
    return read_prediction(answer)


def read_model(answer: Mapping[str, Any]) -> ModelInfo:
    """The model from an answer; KeyError, TypeError or ValueError if it is none. What is new is passed over."""
    known = {name: answer[name] for name in ModelInfo.__dataclass_fields__ if name in answer}
    metrics, promoted_at = answer.get("metrics"), answer.get("promoted_at")
    known |= {
        "class_names": tuple(answer["class_names"]),
        "background": tuple(answer["background"]),
        "window": None if answer["window"] is None else tuple(answer["window"]),
        "metrics": None if metrics is None else {side: _scores(scores) for side, scores in metrics.items()},
        "promoted_at": None if promoted_at is None else datetime.fromisoformat(promoted_at),
    }
    return ModelInfo(**known)


def read_object(content: bytes) -> dict[str, Any] | None:
    """A JSON object; None if it is something else."""
    try:
        answer = json.loads(content)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def problem_error(problem: Mapping[str, Any] | None, status: int) -> ServiceError:
    """The error that an RFC 9457 problem tells, or as much as another server's answer does."""
    if problem is None or not isinstance(problem.get("detail"), str):
        return ServiceError(f"The service answered with status {status} and no problem in words.", status=status)
    kind = str(problem.get("type", "")).rpartition(":")[2]
    return ServiceError(f"{problem['detail']} (status {status})", status=status, kind=kind or None)


def _scores(scores: Mapping[str, Any]) -> ModelScores:
    known = {name: scores[name] for name in ModelScores.__dataclass_fields__}
    return ModelScores(**{**known, "interval": tuple(known["interval"])})
