"""The picture files on which decoding and the service are timed: the user's own, as they lie in the source."""

import io
import sys

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tinysight.data.imageset import ImageSet
from tinysight.data.sources.source import open_source
from tinysight.errors import TinysightError
from tinysight.params import Params
from tinysight.paths import Paths

MOST = 16  # files, spread evenly over the side
MOST_BYTES = 8_000_000  # of one; the service takes 10 MB by default


def timed_pictures(params: Params, paths: Paths, images: ImageSet, rows: NDArray[np.int64]) -> list[bytes]:
    """The bytes of some source files of the rows.

    Where the source no longer holds them, their pixels stand in as PNG, which decodes faster than a photo would.

    Args:
        params: of the pipeline.
        paths: of the work tree.
        images: the data set.
        rows: (N,) of them, N > 0.
    """
    some = np.unique(rows[np.linspace(0, len(rows) - 1, MOST).round().astype(np.int64)])
    try:
        files = open_source(params.dataset, paths.root)
        contents = [files[images.samples[row].path].read() for row in some.tolist()]
    except (TinysightError, KeyError, OSError) as error:
        print(f"evaluate: decoding is timed on small PNGs, since the source has changed: {error}", file=sys.stderr)
        return [_png(images, row) for row in some.tolist()]
    small = [content for content in contents if len(content) <= MOST_BYTES]
    return small or [_png(images, row) for row in some.tolist()]


def _png(images: ImageSet, row: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.asarray(images.pixels[row])).save(file, "PNG")
    return file.getvalue()
