"""A version of the model: as its source names it, and as it lies on this disk."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Wanted(BaseModel):
    """What the source names now; equal to an earlier one as long as there is nothing new to fetch.

    Attributes:
        version: the registered version, or "local".
        sha256: of its model.onnx, where the source says it.
        source: where its files come from.
    """

    model_config = ConfigDict(frozen=True)

    version: str
    sha256: str | None = None
    source: str = ""


class Release(BaseModel):
    """A version on this disk, ready to be loaded.

    Attributes:
        name: the registered model's name.
        version: the registered version, or "local".
        folder: its bundle.
        sha256: of the model.onnx that was checked; what is loaded later must be the same bytes.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    folder: Path
    sha256: str = ""
