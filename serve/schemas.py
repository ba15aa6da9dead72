"""What the service answers, as its OpenAPI document describes it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from serve.problems import Problem
from tinysight.bundle_scores import BundleScores

PREDICTION: dict[str, JsonValue] = {
    "class": "seven",
    "unknown": False,
    "best_class": "seven",
    "confidence": 0.9731234,
    "probabilities": {"one": 0.0268766, "seven": 0.9731234},
    "model_version": "3",
    "prediction_id": "0f8fad5bd9cb469fa16570867728950e",
}
BROKEN: dict[str, JsonValue] = {
    "type": "urn:tinysight:problem:broken-picture",
    "title": "The picture is broken",
    "status": 422,
    "detail": "The picture is broken: image file is truncated. Save it again with an image program and send that file.",
}
SCORES: dict[str, JsonValue] = {
    "accuracy": 0.987,
    "interval": [0.977, 0.993],
    "macro_f1": 0.986,
    "expected_calibration_error": 0.008,
    "expected_accuracy": 0.961,
}


def example(*values: JsonValue) -> ConfigDict:
    """The settings of a schema that shows what its objects look like; FastAPI leaves out what is None in them."""
    return ConfigDict(json_schema_extra={"examples": list(values)}, populate_by_name=True)


class PredictionAnswer(BaseModel):
    """The answer of POST /predict."""

    model_config = example(PREDICTION)

    class_name: str | None = Field(alias="class", description="The best class, or null when the model is not sure.")
    unknown: bool = Field(description="True when the confidence is below the model's unknown_threshold.")
    best_class: str = Field(description="The best class, sure or not.")
    confidence: float = Field(description="The probability of best_class.")
    probabilities: dict[str, float] = Field(
        description="Of each class; their sum is 1. With `top`, of the most probable only, the largest first."
    )
    model_version: str = Field(description='The registered version that answered; "local" without a registry.')
    prediction_id: str = Field(description="Names this answer, for feedback about it.")


class FeedbackRequest(BaseModel):
    """What POST /feedback takes."""

    model_config = ConfigDict(extra="forbid", str_max_length=1000)

    prediction_id: str = Field(pattern="^[0-9a-f]{32}$", description="Of the answer that it is about.")
    class_name: str | None = Field(description="What the picture shows; null for none of the classes.")


class FeedbackAnswer(BaseModel):
    """The answer of POST /feedback: this is on the disk."""

    model_config = example({"prediction_id": PREDICTION["prediction_id"], "class_name": "one"})

    prediction_id: str
    class_name: str | None = Field(description="As it was noted; null for none of the classes.")


class FilePrediction(PredictionAnswer):
    """What POST /predict/batch answers about one file."""

    model_config = example({"file": "washer.jpg", **PREDICTION})

    file: str | None = Field(description="The name that the form gave it; null where it gave none.")


class FileError(BaseModel):
    """A file of POST /predict/batch that has no prediction."""

    model_config = example({"file": "cut.jpg", "error": BROKEN})

    file: str | None = Field(description="The name that the form gave it; null where it gave none.")
    error: Problem = Field(description="What POST /predict would have answered about it.")


class BatchAnswer(BaseModel):
    """The answer of POST /predict/batch."""

    model_config = example(
        {"predictions": [{"file": "washer.jpg", **PREDICTION}, {"file": "cut.jpg", "error": BROKEN}]}
    )

    predictions: list[FilePrediction | FileError] = Field(description="One for each file, in the order of the form.")


class Health(BaseModel):
    """The answer of GET /healthz: this process answers."""

    model_config = example({"status": "ok"})

    status: str = "ok"


class Readiness(BaseModel):
    """The answer of GET /readyz: a checked model is loaded."""

    model_config = example(
        {
            "status": "ready",
            "model_version": "3",
            "wanted_version": "4",
            "trouble": "Version 4 is not served: model.onnx is not the file of this bundle.",
        }
    )

    status: str = "ready"
    model_version: str
    wanted_version: str | None = Field(
        description="What the registry names; null before it has answered, and for a bundle's folder."
    )
    trouble: str | None = Field(
        description="Why this is not surely the version that the registry names now; null when it is."
    )


class Labels(BaseModel):
    """The answer of GET /labels: the classes in order."""

    model_config = example({"class_names": ["one", "seven"], "model_version": "3"})

    class_names: list[str] = Field(description="The place of each, from 0, is its label.")
    model_version: str


class ModelAnswer(BaseModel):
    """The answer of GET /model: what is being served and what it promises."""

    model_config = example(
        {
            "name": "digits",
            "version": "3",
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "class_names": ["one", "seven"],
            "image_size": 28,
            "fit": "pad",
            "background": [0, 0, 0],
            "window": [0, 4095],
            "unknown_threshold": 0.81,
            "precision": "float32",
            "contract_version": 1,
            "dataset_digest": "4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce",
            "params_digest": "4b227777d4dd1fc61c6f884f48641d02b4d121d3fd328cb08b5531fcacdabf8a",
            "metrics": {"val": SCORES, "test": SCORES},
            "feedback": False,
            "promoted_at": "2026-11-22T08:15:00Z",
        }
    )

    name: str
    version: str
    sha256: str = Field(description="Of the bytes of model.onnx.")
    class_names: list[str]
    image_size: int = Field(description="In pixels; pictures of any size are fitted to it.")
    fit: str = Field(description="How a picture of another shape becomes square: pad, crop or stretch.")
    background: list[int] = Field(description="RGB behind transparent pixels and beside padded pictures.")
    window: list[float] | None = Field(description="Counts that become black and white in pictures of over 8 bits.")
    unknown_threshold: float = Field(description="A confidence below it is answered as unknown.")
    precision: str = Field(default="float32", description="Of the weights: float32 or int8.")
    contract_version: int
    dataset_digest: str
    params_digest: str
    metrics: BundleScores | None = Field(description="Its scores when it was registered; null where none are known.")
    feedback: bool = Field(default=False, description="Whether POST /feedback is taken.")
    promoted_at: datetime | None = Field(description="When it became the production version; null where not known.")
