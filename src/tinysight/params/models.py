"""What the rungs of the ladder are made of: one class for each kind of candidate."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tinysight.params.section import Positive, Section


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
