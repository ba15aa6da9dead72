"""Small pictures for the page, as data URIs, within a bound on all of them together."""

import base64
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PIL import Image

from tinysight.data.cores import on_all_cores
from tinysight.data.facts import Facts
from tinysight.data.imageset import ImageSet
from tinysight.data.report.measures import upright_size
from tinysight.data.sources.source import SourceFile
from tinysight.errors import ImageError
from tinysight.imaging import Decoding, Pixels, decode_image

SIDE = 128  # pixels
TINY = 64  # pixels; a picture no larger is shown pixel by pixel
ALL_BYTES = 3_000_000  # of all thumbnails; a data URI takes a third more
LEAST_BYTES = 600  # of one
QUALITIES = (75, 55, 35, 15)
LARGEST_SEEN = 256  # pixels
LOSSLESS_SEEN = 96  # pixels; larger ones lose nothing that an eye sees


@dataclass(frozen=True)
class Thumbnail:
    """A picture inside the page.

    Attributes:
        uri: the picture itself, as a data URI.
        width: in pixels.
        height: in pixels.
    """

    uri: str
    width: int
    height: int

    @property
    def tiny(self) -> bool:
        """True if its pixels are to be seen as squares."""
        return max(self.width, self.height) <= TINY


@dataclass(frozen=True)
class Pictures:
    """Where thumbnails come from.

    Attributes:
        images: N pictures as the model sees them.
        facts: N of them, or none.
        files: the source's files by path; what is missing or has changed is taken from images.
        decoding: of the data set.
    """

    images: ImageSet
    facts: Sequence[Facts]
    files: Mapping[str, SourceFile]
    decoding: Decoding

    def thumbnails(self, rows: Sequence[int]) -> dict[int, Thumbnail]:
        """A small picture of each row.

        Args:
            rows: each as often as the page shows it; all of that together stays within ALL_BYTES.
        """
        most, once = max(LEAST_BYTES, ALL_BYTES // max(1, len(rows))), sorted(set(rows))
        made = on_all_cores(partial(self._thumbnail, most), once, lambda row, _: self._from_pixels(most, row))
        return dict(zip(once, made, strict=True))

    def seen(self, row: int) -> Thumbnail:
        """A picture as the model sees it, pixel by pixel."""
        picture = Image.fromarray(self.images.pixels[row])
        while picture.width > LARGEST_SEEN:
            picture = picture.reduce(2)
        exact = picture.width <= LOSSLESS_SEEN
        return _thumbnail(_encoded(picture, lossless=True) if exact else _encoded(picture, quality=90), picture)

    def _thumbnail(self, most: int, row: int) -> Thumbnail:
        sample = self.images.samples[row]
        file = self.files.get(sample.path)
        if file is None:
            return self._from_pixels(most, row)
        try:
            data = file.read()
            changed = hashlib.sha256(data).hexdigest() != sample.digest
            return self._from_pixels(most, row) if changed else shrunk_to(self._decoded(row, data), most)
        except ImageError:
            return self._from_pixels(most, row)

    def _from_pixels(self, most: int, row: int) -> Thumbnail:
        picture = Image.fromarray(self.images.pixels[row])
        picture.thumbnail((SIDE, SIDE))
        return shrunk_to(picture, most)

    def _decoded(self, row: int, data: bytes) -> Image.Image:
        """The whole picture without the edges that padding adds, and never larger than it is."""
        if not self.facts:
            return Image.fromarray(self._padded(data, SIDE))
        width, height = upright_size(self.facts[row])
        side = min(SIDE, max(width, height))
        padded = Image.fromarray(self._padded(data, side))
        inner = [max(1, round(length * side / max(width, height))) for length in (width, height)]
        left, top = ((side - length) // 2 for length in inner)
        return padded.crop((left, top, left + inner[0], top + inner[1]))

    def _padded(self, data: bytes, side: int) -> Pixels:
        decoding = Decoding(side, "pad", self.decoding.background, self.decoding.window)
        return decode_image(data, decoding)


def shrunk_to(picture: Image.Image, most: int) -> Thumbnail:
    """The best thumbnail of at most so many bytes: poorer, then smaller."""
    if max(picture.size) <= TINY:
        data = _encoded(picture, lossless=True)
        if len(data) <= most:
            return _thumbnail(data, picture)
    for quality in QUALITIES:
        data = _encoded(picture, quality=quality)
        if len(data) <= most:
            return _thumbnail(data, picture)
    if max(picture.size) <= TINY // 4:
        return _thumbnail(data, picture)
    return shrunk_to(picture.reduce(2), most)


def _encoded(picture: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", **options)
    return buffer.getvalue()


def _thumbnail(data: bytes, picture: Image.Image) -> Thumbnail:
    return Thumbnail(f"data:image/webp;base64,{base64.b64encode(data).decode()}", picture.width, picture.height)
