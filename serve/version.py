"""A version of the model: as its source names it, and as it lies on this disk."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Wanted(BaseModel):
    """What the source names now; equal to an earlier one as long as there is nothing new to fetch.

    Attributes:
        version: the registered version, or "local".
        sha256: of its model.onnx, where the source says it.
        source: where its files come from.
        promoted_at: when it became what is wanted, in ISO 8601; two that differ in this alone are equal, since
            nothing has to be fetched for it.
    """

    model_config = ConfigDict(frozen=True)

    version: str
    sha256: str | None = None
    source: str = ""
    promoted_at: str | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wanted) and self._files == other._files

    def __hash__(self) -> int:
        return hash(self._files)

    @property
    def _files(self) -> tuple[str, str | None, str]:
        return self.version, self.sha256, self.source


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
