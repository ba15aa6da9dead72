"""manifest.csv in a folder of pictures: what the folders cannot say, such as groups, sides and odd class names."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path, PurePosixPath

from tinysight.data.csv_table import read_rows
from tinysight.data.sides import SIDES
from tinysight.errors import DataError
from tinysight.whole_file import write_table

MANIFEST = "manifest.csv"


@dataclass(frozen=True)
class RawPicture:
    """One row of manifest.csv.

    Attributes:
        path: of the picture, below the folder, with `/` between the parts.
        class_name: what it shows; empty where its folder says so.
        split: train, val or test where its source fixed its side, else empty.
        group: what must stay on one side together, else empty.
        origin: where it came from, in free text.
    """

    path: str
    class_name: str = ""
    split: str = ""
    group: str = ""
    origin: str = ""


COLUMNS = tuple(field.name for field in fields(RawPicture))


def write_manifest(folder: Path, pictures: Iterable[RawPicture]) -> None:
    """Writes manifest.csv; what is not UTF-8 in `origin` becomes a question mark."""
    write_table(folder / MANIFEST, COLUMNS, ([cell.encode(errors="replace").decode() for cell in astuple(picture)]
                                             for picture in pictures))  # fmt: skip


def read_manifest(folder: Path) -> list[RawPicture]:
    """Reads manifest.csv; none where the folder has no such file.

    People may write it too: `path` must be there, the other columns may.

    Raises:
        DataError: if a column is missing or unknown, a path leaves the folder or comes twice, or a side is none.
    """
    table = folder / MANIFEST
    if not table.exists():
        return []
    pictures: dict[str, RawPicture] = {}
    for line, cells in read_rows(table, ["path"], only=COLUMNS, exact=True):
        picture = RawPicture(**cells)
        _check(picture, f"{table}, line {line}")
        if picture.path in pictures:
            raise DataError(f"{table}, line {line}: {picture.path!r} stands there already. Remove one of the two.")
        pictures[picture.path] = picture
    return list(pictures.values())


def _check(picture: RawPicture, where: str) -> None:
    path = PurePosixPath(picture.path)
    if not path.name or path.is_absolute() or ".." in path.parts or path.as_posix() != picture.path:
        raise DataError(f"{where}: a path must lie below the folder. Received: {picture.path!r}. Correct it.")
    if picture.split not in ("", *SIDES):
        raise DataError(f"{where}: split must be {', '.join(SIDES)} or empty. Received: {picture.split!r}. Correct it.")
