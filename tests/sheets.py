"""The forty pictures on a few larger ones, for formats that draw boxes."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from forty_pictures import SIZE, Picture, forty_pictures
from PIL import Image

BORDER = 11  # pixels around the pictures on a sheet
CROPS = ("dataset.boxes=crop", "dataset.margin=0.0", r"dataset.group_pattern='(s\d)[^/]*$'")

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sheet:
    """One picture with several things on it: all of one session, in two rows.

    Attributes:
        name: of its file.
        data: the file's bytes, PNG.
        size: width and height.
        things: each picture on it with its left, top, right and bottom edge.
    """

    name: str
    data: bytes
    size: tuple[int, int]
    things: tuple[tuple[Picture, Box], ...]


def put(folder: Path, path: str, data: str | bytes) -> None:
    """Writes one file below a folder."""
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data.encode() if isinstance(data, str) else data)


def sheets() -> Iterator[Sheet]:
    """The forty pictures on one sheet a session, with a border around each."""
    for session in sorted({one.group for one in forty_pictures()}):
        shown = [one for one in forty_pictures() if one.group == session]
        across, down = SIZE[0] + BORDER, SIZE[1] + BORDER
        columns = (len(shown) + 1) // 2
        sheet = Image.new("RGB", (columns * across + BORDER, 2 * down + BORDER), (7, 200, 90))
        things = []
        for number, one in enumerate(shown):
            left, top = BORDER + number % columns * across, BORDER + number // columns * down
            sheet.paste(Image.fromarray(one.pixels()), (left, top))
            things.append((one, (left, top, left + SIZE[0], top + SIZE[1])))
        buffer = io.BytesIO()
        sheet.save(buffer, "PNG")
        yield Sheet(f"sheet {session}.png", buffer.getvalue(), sheet.size, tuple(things))
