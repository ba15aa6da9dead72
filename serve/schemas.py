"""What the service answers, as its OpenAPI document describes it."""

from pydantic import BaseModel, ConfigDict, Field


class PredictionAnswer(BaseModel):
    """The answer of POST /predict."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "class": "seven",
                "unknown": False,
                "best_class": "seven",
                "confidence": 0.9731234,
                "probabilities": {"one": 0.0268766, "seven": 0.9731234},
                "model_version": "3",
                "prediction_id": "0f8fad5bd9cb469fa16570867728950e",
            }
        }
    )

    class_name: str | None = Field(alias="class", description="The best class, or null when the model is not sure.")
    unknown: bool = Field(description="True when the confidence is below the model's unknown_threshold.")
    best_class: str = Field(description="The best class, sure or not.")
    confidence: float = Field(description="The probability of best_class.")
    probabilities: dict[str, float] = Field(description="Of each class; their sum is 1.")
    model_version: str = Field(description='The registered version that answered; "local" without a registry.')
    prediction_id: str = Field(description="Names this answer, for feedback about it.")


class Health(BaseModel):
    """The answer of GET /healthz: this process answers."""

    status: str = "ok"


class Readiness(BaseModel):
    """The answer of GET /readyz: a checked model is loaded."""

    status: str = "ready"
    model_version: str
    wanted_version: str | None = Field(
        description="What the registry names; null before it has answered, and for a bundle's folder."
    )
    trouble: str | None = Field(
        description="Why this is not surely the version that the registry names now; null when it is."
    )


class ModelAnswer(BaseModel):
    """The answer of GET /model: what is being served and what it promises."""

    name: str
    version: str
    sha256: str = Field(description="Of the bytes of model.onnx.")
    class_names: list[str]
    image_size: int = Field(description="In pixels; pictures of any size are fitted to it.")
    fit: str = Field(description="How a picture of another shape becomes square: pad, crop or stretch.")
    background: list[int] = Field(description="RGB behind transparent pixels and beside padded pictures.")
    window: list[float] | None = Field(description="Counts that become black and white in pictures of over 8 bits.")
    unknown_threshold: float = Field(description="A confidence below it is answered as unknown.")
    contract_version: int
    dataset_digest: str
    params_digest: str
