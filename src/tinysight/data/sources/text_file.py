"""Small text files that labelling programs write: UTF-8, of a size that a label file may have."""

from pathlib import Path

from tinysight.errors import DataError

LARGEST = 200_000_000  # bytes


def read_text(path: Path, largest: int = LARGEST) -> str:
    """The whole text, without a byte order mark.

    Raises:
        DataError: if the file cannot be read, is too large or is not UTF-8.
    """
    try:
        size = path.stat().st_size
        if size > largest:
            raise _wrong(path, f"it has {size:,} bytes; at most {largest:,} are read")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong(path, "it is not UTF-8") from None
    except OSError as error:
        raise _wrong(path, str(error.strerror or error)) from None


def _wrong(path: Path, why: str) -> DataError:
    return DataError(f"{path} cannot be used: {why}. Export it again, or remove it.")
