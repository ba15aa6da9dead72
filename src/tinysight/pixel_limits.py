"""How many pixels a picture may have, by what its format's decoder takes for them."""

from PIL import Image

from tinysight.errors import ImageError

PIXEL_BYTES = 8  # what is decoded whole takes up to so many a pixel for a moment (TIFF, progressive JPEG)
WEBP_PIXEL_BYTES = 16  # its decoder keeps copies
MAX_PIXELS = 25_000_000  # 200 MB at most
MAX_JPEG_PIXELS = 50_000_000  # a JPEG that isn't progressive is made smaller while it is decoded, in a few MB
MAX_WEBP_PIXELS = 12_500_000


def check_pixels(image: Image.Image, memory: int | None = None) -> None:
    """Refuses a picture with more pixels than its format may have.

    Args:
        image: opened, not loaded.
        memory: bytes that decoding may take for a moment; None is 200 MB.

    Raises:
        ImageError: with the limit.
    """
    most = most_pixels(image, memory)
    if image.width * image.height > most:
        raise too_large(most, f"{image.width} × {image.height}")


def most_pixels(image: Image.Image, memory: int | None = None) -> int:
    """The limit for a picture of this format; arguments are those of check_pixels."""
    if image.format in ("JPEG", "MPO") and "progressive" not in image.info:
        return MAX_JPEG_PIXELS
    most, each = (MAX_WEBP_PIXELS, WEBP_PIXEL_BYTES) if image.format == "WEBP" else (MAX_PIXELS, PIXEL_BYTES)
    return most if memory is None else min(most, memory // each)


def bomb(data: bytes) -> ImageError:
    """What to say of a file with so many pixels that Pillow does not open it."""
    return too_large(MAX_JPEG_PIXELS if data.startswith(b"\xff\xd8") else MAX_PIXELS, "over 89 million")


def too_large(most: int, received: str) -> ImageError:
    """What to say of a picture with too many pixels."""
    return ImageError(
        f"The picture has too many pixels: at most {most:,} are allowed here. Received: {received}."
        " Make it smaller, or save it as a plain JPEG, before sending it.",
        reason="too_large",
    )
