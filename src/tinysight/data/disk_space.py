"""A disk that is too small is said in words, before the work where it can be known."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tinysight.errors import DataError

FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def room_for(folder: Path, *, images: int, image_size: int, copies: int = 1) -> Iterator[None]:
    """Checks that images fit the disk of a folder, and puts it in words if the disk is full in the end all the same.

    Args:
        folder: where they are written; it is there already.
        images: how many.
        image_size: height and width of each, in pixels.
        copies: how many times they lie on the disk while the work is under way.

    Raises:
        DataError: if there is too little room.
    """
    needed, free = copies * images * image_size**2 * 3, shutil.disk_usage(folder).free
    if needed > free:
        raise _too_small(f"{images:,} images of {image_size}×{image_size}", needed, free)
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        free = shutil.disk_usage(folder).free
        raise _too_small(f"{images:,} images of {image_size}×{image_size}", needed, free) from None


def _too_small(what: str, needed: int, free: int) -> DataError:
    return DataError(
        f"{what} need {needed / 1e9:.1f} GB of disk while they are written. Received: {free / 1e9:.1f} GB free."
        " Free some, or set a smaller dataset.image_size."
    )
