"""A picture seen as its EXIF orientation wants it, without a second, turned copy of it in memory."""

from dataclasses import dataclass

from PIL import ExifTags, Image

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Upright:
    """A loaded picture and how it must be turned.

    Attributes:
        stored: the picture as it lies in the file.
        orientation: 1 to 8, as EXIF counts.
    """

    stored: Image.Image
    orientation: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height after turning."""
        width, height = self.stored.size
        return (height, width) if self.orientation >= 5 else (width, height)

    def crop(self, box: Box) -> Image.Image:
        """A part of the turned picture, as a picture of its own."""
        return self.crop_stored(self._where_stored(box))

    def crop_stored(self, box: Box) -> Image.Image:
        """The same for a box that was measured in the picture as it lies in the file; the part is turned upright."""
        part = self.stored.crop(box)
        turn = TURNS.get(self.orientation)
        return part if turn is None else part.transpose(turn)

    def _where_stored(self, box: Box) -> Box:
        (left, top, right, bottom), (width, height) = box, self.size
        if self.orientation in (2, 3, 6, 7):
            left, right = width - right, width - left
        if self.orientation in (3, 4, 7, 8):
            top, bottom = height - bottom, height - top
        return (top, left, bottom, right) if self.orientation >= 5 else (left, top, right, bottom)


def upright(loaded: Image.Image) -> Upright:
    """Reads the orientation; it is 1 where the EXIF block is damaged, as image programs take it."""
    try:
        orientation = int(loaded.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # damaged EXIF raises whatever its parser raises; the pixels are fine
        orientation = 1
    return Upright(loaded, orientation if orientation in TURNS else 1)
