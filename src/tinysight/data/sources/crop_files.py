"""Boxes of one picture as files: each is read as a PNG of what it holds."""

import threading
from collections.abc import Iterator, Sequence
from functools import partial

from tinysight.data.cropping import DrawnBox, cut, load_whole
from tinysight.data.sources.picture_index import Found
from tinysight.data.sources.png import encode_png
from tinysight.data.sources.source import SourceFile
from tinysight.upright import Upright


def crop_files(
    picture: Found, boxes: Sequence[tuple[str, DrawnBox]], margin: float, *, split: str, group: str
) -> Iterator[SourceFile]:
    """A file for each box; its path is the picture's with `#` and the box's number, from 1.

    Args:
        picture: what to cut from.
        boxes: class and rectangle of each, in the label file's order.
        margin: room around a box, as a share of its longer side.
        split: the side that the source fixed, else empty.
        group: what keeps the boxes of one picture on one side.
    """
    for number, (class_name, box) in enumerate(boxes, start=1):
        path, reader = f"{picture.path}#{number}.png", partial(_read, picture, box, margin)
        made_from = (picture.origin, f"{box} with a margin of {margin}") if picture.origin else None
        yield SourceFile(path, class_name, split, group, made_from=made_from, reader=reader)


def _read(picture: Found, box: DrawnBox, margin: float) -> bytes:
    return encode_png(cut(_LAST.decoded(picture), box, margin))


class _LastPicture(threading.local):
    """The picture that a thread decoded last: its boxes are read one after the other."""

    picture: Found | None = None
    whole: Upright | None = None

    def decoded(self, picture: Found) -> Upright:
        """The picture at full size; a thread keeps one, so that memory stays bounded."""
        if self.whole is None or self.picture is not picture:
            self.picture = self.whole = None  # before the next one is decoded beside it
            self.whole = load_whole(picture.read())
            self.picture = picture
        return self.whole


_LAST = _LastPicture()
