"""What Pillow alone does with a folder of pictures on all cores: decode and resize, and nothing kept."""

import os
import sys
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = 64


def decode(path: str) -> int:
    """Opens, lets a JPEG shrink to about twice the size while it is decoded, and resizes; the whole picture."""
    image = Image.open(path)
    scale = SIZE / max(image.size)
    width, height = round(image.width * scale), round(image.height * scale)
    image.draft("RGB", (2 * width, 2 * height))
    small = image.resize((width, height), Image.Resampling.BILINEAR)
    return int(np.asarray(small if small.mode.startswith("I;16") else small.convert("RGB")).size)


if __name__ == "__main__":
    files = sorted(str(path) for path in Path(sys.argv[1]).rglob("*.*"))
    with Pool(len(os.sched_getaffinity(0))) as pool:
        for _ in pool.imap_unordered(decode, files, chunksize=16):
            pass
