"""The frozen, strict schema of params.yaml: one class a section, one field a key."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from tinysight.errors import ConfigError
from tinysight.params.candidate import CandidateParams
from tinysight.params.dataset import (
    ArraysParams,
    CvatParams,
    DatasetParams,
    DigitsParams,
    DividedParams,
    FashionMnistParams,
    FolderParams,
    LabelimgParams,
    LabelStudioParams,
    ManifestParams,
    PicturesParams,
    RoboflowParams,
)
from tinysight.params.expected import ExpectedParams
from tinysight.params.logger import LoggerParams
from tinysight.params.models import (
    BUILT_IN,
    CandidateName,
    FineTuneParams,
    LogisticParams,
    MajorityParams,
    MlpParams,
    ModelParams,
    SmallCnnParams,
    SvmParams,
    TransferParams,
    TutorialCnnParams,
    tried,
)
from tinysight.params.ranges import Blur, Brightness, Contrast, JpegQuality, Noise, Rotation, Shift, Zoom
from tinysight.params.register import RegisterParams
from tinysight.params.section import Fraction, Positive, Section
from tinysight.params.select import BudgetParams, SelectParams
from tinysight.params.validate import Level, LevelsParams, ValidateParams
from tinysight.schema_errors import explanations

__all__ = [
    "BUILT_IN",
    "ArraysParams",
    "AugmentParams",
    "BudgetParams",
    "CandidateParams",
    "CvatParams",
    "DatasetParams",
    "DigitsParams",
    "DividedParams",
    "EvaluateParams",
    "ExpectedParams",
    "ExportParams",
    "FashionMnistParams",
    "FineTuneParams",
    "FolderParams",
    "LabelStudioParams",
    "LabelimgParams",
    "Level",
    "LevelsParams",
    "LoggerParams",
    "LogisticParams",
    "MajorityParams",
    "ManifestParams",
    "MlpParams",
    "ModelParams",
    "Params",
    "PicturesParams",
    "RegisterParams",
    "RoboflowParams",
    "Section",
    "SelectParams",
    "SmallCnnParams",
    "SplitParams",
    "SvmParams",
    "TrainParams",
    "TransferParams",
    "TutorialCnnParams",
    "ValidateParams",
    "parse_params",
    "tried",
]

MODEL_SECTIONS = ("seed", "dataset", "split", "augment", "train", "export")  # that make a model, beside its own
WATCHING = ("logger",)  # sections that decide no result, so that no digest holds them


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
    """Changed copies of each train row. Shifts, zoom and blur are shares of the side, angles degrees, light shares."""

    copies: Annotated[int, Field(ge=0, le=50)]
    shift: Shift
    rotation: Rotation
    shear: Annotated[float, Field(ge=0, le=45)]
    zoom: Zoom
    flip: bool
    fill: Literal["nearest", "background"]
    brightness: Brightness
    contrast: Contrast
    blur: Blur
    noise: Noise
    jpeg_quality: JpegQuality


class TrainParams(Section):
    """How long networks train: epochs, but never more than max_images pictures in all; what they see, and what counts.

    clean: share of the pictures of an epoch that are train rows as they are; the others are copies.
    """

    epochs: Positive
    batch_size: Positive
    max_images: Positive
    patience: Positive
    balance: Annotated[float, Field(ge=0, le=1)]
    clean: Annotated[float, Field(ge=0, le=1)]


class ExportParams(Section):
    """opset of model.onnx, when it answers unknown (see models/export.py), and whether networks get an 8-bit file."""

    opset: Annotated[int, Field(ge=13, le=18)]
    precision: Fraction
    answered: Fraction
    int8: bool


class EvaluateParams(Section):
    """expected: the changes of expected_accuracy; draws: warps of each row; curve_images: val rows of the curves.

    timed_images: pictures that time is measured on; service_seconds: how long the service is asked, 0 for not at all.
    """

    expected: ExpectedParams
    draws: Positive
    curve_images: Positive
    timed_images: Annotated[int, Field(ge=10)]
    service_seconds: Annotated[float, Field(ge=0, le=60)]


class Params(Section):
    """All of params.yaml."""

    generated: str
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    dataset: DatasetParams
    validate_: ValidateParams = Field(alias="validate")
    split: SplitParams
    augment: AugmentParams
    models: Annotated[dict[CandidateName, ModelParams], Field(min_length=1)]
    train: TrainParams
    logger: LoggerParams
    export: ExportParams
    evaluate: EvaluateParams
    select: SelectParams
    register_: RegisterParams = Field(alias="register")

    @model_validator(mode="after")
    def _limits_what_is_measured(self) -> Self:
        if self.select.budget.memory_mb is not None and not self.evaluate.service_seconds:
            raise ValueError(
                "select.budget.memory_mb is a limit of the service's memory, which evaluate.service_seconds: 0 leaves"
                " unmeasured; set that above 0, or memory_mb to null"
            )
        return self

    def model_digest(self, candidate: str) -> str:
        """sha256 of all that makes one candidate's model file; its contract holds it."""
        return self.digest(*MODEL_SECTIONS, f"models.{candidate}")

    def recipe_digest(self, candidate: str) -> str:
        """sha256 of how one candidate is made, whatever from: without the seed, the pictures and their names."""
        dataset = self.dataset
        sections = ("split", "augment", "train", "export", f"models.{candidate}")
        lines = [self.digest(*sections), dataset.image_size, dataset.fit, dataset.background, dataset.window]
        return hashlib.sha256(json.dumps(lines).encode()).hexdigest()

    def digest(self, *sections: str) -> str:
        """sha256 of the named sections as canonical JSON; `models.svm` names one candidate."""
        everything = self.model_dump(mode="json", by_alias=True, exclude=set(WATCHING))
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
        lines = "\n".join(f"{origin}: {line}" for line in explanations(error, Params, content))
        raise ConfigError(f"{lines}\nEdit conf/ and run `make params`.") from None
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{origin}: not a configuration: {error}. Run `make params` to write it again.") from None


def _lookup(content: Any, keys: list[str]) -> Any:
    return _lookup(content[keys[0]], keys[1:]) if keys else content
