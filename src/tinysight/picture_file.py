"""A picture file's bytes, or in words why they cannot be had."""

from pathlib import Path

from tinysight.errors import DataError


def read_picture(path: str | Path) -> bytes:
    """The bytes of a picture file.

    Raises:
        DataError: if the file cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}. Name a picture file that you may read.") from None
