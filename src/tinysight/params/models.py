"""What the rungs of the ladder are made of: one class for each kind of candidate that comes with tinysight."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    SerializeAsAny,
    Tag,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from tinysight.params.candidate import CandidateParams, kind_of, own_class
from tinysight.params.section import Positive, Section

Above0 = Annotated[float, Field(gt=0)]
Tried = Above0 | Annotated[tuple[Above0, ...], Field(min_length=1)]  # val chooses one of several


def tried(values: float | tuple[float, ...]) -> tuple[float, ...]:
    """One value or several, as several."""
    return values if isinstance(values, tuple) else (values,)


def _free_name(name: str) -> str:
    if name.endswith("_int8"):
        raise ValueError("a candidate's name must not end in _int8: so its own int8 file is called")
    return name


CandidateName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$"), AfterValidator(_free_name)]


class MajorityParams(CandidateParams):
    """Always the most frequent class: what any other must beat."""

    kind: Literal["majority"]


class LogisticParams(CandidateParams):
    """Logistic regression on pixels: what a picture's shades alone tell."""

    kind: Literal["logistic"]
    side: Annotated[int, Field(ge=8, le=128)]
    penalty: Tried


class SvmParams(CandidateParams):
    """HOG features, mean colours and an SVM with a radial kernel.

    Attributes:
        components: principal components of the features that the kernel sees.
        landmarks: pictures that a picture is compared with, at most.
        gamma: of the kernel, in units of 1 / median squared distance.
        c: inverse regularisation.
    """

    bytes_suit: ClassVar[bool] = True
    kind: Literal["svm"]
    side: Annotated[int, Field(ge=16, le=256)]
    cell: Annotated[int, Field(ge=2, le=32)]
    bins: Annotated[int, Field(ge=4, le=18)]
    components: Annotated[int, Field(ge=8, le=1024)]
    landmarks: Annotated[int, Field(ge=10, le=10_000)]
    gamma: Tried
    c: Tried

    @model_validator(mode="after")
    def _cells_fit(self) -> Self:
        if self.side < 4 * self.cell:
            raise ValueError(f"side must be at least 4 cells; a cell has {self.cell} pixels, the side {self.side}")
        return self


class _Network(CandidateParams):
    bytes_suit: ClassVar[bool] = True
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

    bfloat16: ClassVar[bool] = True
    kind: Literal["small_cnn"]
    width: Annotated[int, Field(ge=4, le=256)]
    weight_decay: Annotated[float, Field(ge=0)]
    label_smoothing: Annotated[float, Field(ge=0, lt=1)]


class FineTuneParams(Section):
    """What of a pretrained network learns on.

    Attributes:
        convolutions: how many of the last ones; 0: none. 4 are EfficientNet-Lite0's last block and its head.
        epochs: how often it sees the pictures.
        learning_rate: at the start; it falls to 0.
    """

    convolutions: Annotated[int, Field(ge=0, le=100)] = 0
    epochs: Positive = 4
    learning_rate: Annotated[float, Field(gt=0, le=0.1)] = 1e-4


class TransferParams(CandidateParams):
    """Logistic regression on what a network sees that learned from ImageNet.

    Attributes:
        backbone: efficientnet_lite0, whose weights are installed, or a name of keras.applications.
        weights: a file of a Keras backbone's weights, from the main checkout; null lets Keras download them.
        side: what pictures are resized to; null chooses by the data set's image_size.
        penalty: on the weights of the features, which have one common scale.
        fine_tune: the end of the network, which may learn on.
    """

    bytes_suit: ClassVar[bool] = True
    kind: Literal["transfer"]
    backbone: str
    weights: str | None
    side: Annotated[int, Field(ge=32, le=512)] | None
    penalty: Tried
    fine_tune: FineTuneParams = FineTuneParams()

    def files(self) -> list[str]:
        """The weights."""
        return [self.weights] if self.weights else []


BUILT_IN: Mapping[str, type[CandidateParams]] = {
    kind_of(params): params
    for params in (
        MajorityParams, LogisticParams, SvmParams, MlpParams, TutorialCnnParams, SmallCnnParams, TransferParams,
    )
}  # fmt: skip
OWN = "own"  # the tag of candidates that stand in a file of their own


def _tag(section: Any) -> str | None:
    """Which member of the union a section is for."""
    kind = section.get("kind") if isinstance(section, dict) else getattr(section, "kind", None)
    return None if not isinstance(kind, str) else kind if kind in BUILT_IN else OWN


def _read_own(section: Any, _: ValidatorFunctionWrapHandler) -> CandidateParams:
    """Checks a section against the class in its kind's own file; pydantic takes that class's errors for its own."""
    if isinstance(section, CandidateParams):
        return section
    try:
        params = own_class(section["kind"])
    except LookupError as error:
        known = ", ".join(map(repr, BUILT_IN))
        raise ValueError(
            f"{section['kind']!r} is no kind of candidate: {error}. Allowed are {known},"
            " and what a file of your own defines: .github/CONTRIBUTING.md shows one"
        ) from None
    return params.model_validate_json(json.dumps(section))  # JSON: strict types, but lists are tuples


ModelParams = Annotated[
    Annotated[MajorityParams, Tag("majority")]
    | Annotated[LogisticParams, Tag("logistic")]
    | Annotated[SvmParams, Tag("svm")]
    | Annotated[MlpParams, Tag("mlp")]
    | Annotated[TutorialCnnParams, Tag("tutorial_cnn")]
    | Annotated[SmallCnnParams, Tag("small_cnn")]
    | Annotated[TransferParams, Tag("transfer")]
    | Annotated[SerializeAsAny[CandidateParams], WrapValidator(_read_own), Tag(OWN)],
    Discriminator(_tag),
]
