"""Near-duplicates: how many planted ones are found, how many others are taken for some, and how long 70,000 take."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageEnhance

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pictures import encode

from tinysight.data.groups import join_rows
from tinysight.data.near_duplicates import find_near_duplicates
from tinysight.data.sources.digits import _read_table
from tinysight.data.sources.fashion_mnist import DEBIAN
from tinysight.data.sources.idx import read_idx
from tinysight.imaging import Decoding, Pixels, decode_image

PLANTED = 200  # of each kind
CLIP_ART = Path("/usr/share/openclipart/png")  # Debian's openclipart-png
FOLDERS = ("signs_and_symbols", "recreation", "plants", "electronics", "education")  # on which nothing was tuned
KERNELS = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
SHAPES, TURN, SHIFT = 250, 10, 0.15  # of each kind, degrees, share of the side

Change = Callable[[Image.Image, Random], bytes]


def measure() -> dict[str, object]:
    """All figures; those of clip art and of Fashion-MNIST where Debian's packages of them are installed."""
    digits = [Image.fromarray(pixels) for _, pixels in _read_table()]
    figures: dict[str, object] = {"digits": _plant(digits, Decoding(28, background=(0, 0, 0)))}
    if CLIP_ART.is_dir():
        figures["clip_art"] = _plant(_clip_art(1500), Decoding(64))
    figures["shapes_grouped"] = {side: _share(_shapes(side)) for side in (28, 64)}
    if DEBIAN.is_dir():
        figures["fashion_mnist"] = _crowd()
    print(json.dumps(figures, indent=1))
    return figures


def _resized(picture: Image.Image, random: Random, low: float = 0.5, high: float = 2.0) -> Image.Image:
    factor = low * (high / low) ** random.random()
    size = max(1, round(picture.width * factor)), max(1, round(picture.height * factor))
    return picture.resize(size, random.choice(KERNELS))


def _brightened(picture: Image.Image, random: Random) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(random.uniform(0.85, 1.15))


CHANGES: dict[str, Change] = {
    "jpeg 40 to 95": lambda one, random: encode(one, "JPEG", quality=random.randint(40, 95)),
    "jpeg 40": lambda one, random: encode(one, "JPEG", quality=40),
    "webp 40 to 90": lambda one, random: encode(one, "WEBP", quality=random.randint(40, 90)),
    "0.5 to 2 times the size": lambda one, random: encode(_resized(one, random)),
    "half the size": lambda one, random: encode(_resized(one, random, 0.5, 0.5)),
    "resized, jpeg": lambda one, random: encode(_resized(one, random), "JPEG", quality=random.randint(60, 95)),
    "brightness 15 %": lambda one, random: encode(_brightened(one, random)),
    "contrast 15 %": lambda one, random: encode(ImageEnhance.Contrast(one).enhance(random.uniform(0.85, 1.15))),
    "all of it": lambda one, random: encode(
        _brightened(_resized(one, random), random), "JPEG", quality=random.randint(60, 95)
    ),
}


def _plant(pictures: Sequence[Image.Image], decoding: Decoding) -> dict[str, object]:
    """The percentage found of each kind, and of untouched pictures in groups."""
    random = Random(0)
    untouched = np.stack([decode_image(encode(one), decoding) for one in pictures])
    origins = {kind: [random.randrange(len(pictures)) for _ in range(PLANTED)] for kind in CHANGES}
    copies = [decode_image(CHANGES[k](pictures[row], random), decoding) for k, rows in origins.items() for row in rows]
    everything = np.concatenate([untouched, np.stack(copies)])
    groups = join_rows(len(everything), find_near_duplicates(everything))
    found, start = {}, len(untouched)
    for kind, rows in origins.items():
        found[kind] = round(100 * float(np.mean(groups[start : start + PLANTED] == groups[rows])), 1)
        start += PLANTED
    return {"images": len(pictures), "found": found, "untouched_grouped": _share(untouched)}


def _share(pixels: Pixels) -> float:
    """Per cent of pictures in groups."""
    grouped = {row for pair in find_near_duplicates(pixels) for row in pair}
    return round(100 * len(grouped) / len(pixels), 2)


def _clip_art(count: int) -> list[Image.Image]:
    paths = sorted(path for folder in FOLDERS for path in (CLIP_ART / folder).rglob("*.png"))
    Random(0).shuffle(paths)
    pictures = []
    for path in paths[: 2 * count]:
        with suppress(Image.DecompressionBombError), Image.open(path) as file:
            if min(file.size) >= 16 and file.width * file.height < 4_000_000:
                picture = Image.new("RGB", file.size, "white")
                picture.paste(file.convert("RGBA"), mask=file.convert("RGBA"))
                picture.thumbnail((300, 300))
                pictures.append(picture)
    drawn = [picture for picture in pictures if np.asarray(picture).std() > 5]  # some are drawn in white
    return drawn[:count]


def _shapes(side: int) -> Pixels:
    """Eight kinds of plain shapes in one colour, of which only place and angle vary."""
    random, fine = np.random.default_rng(0), side * 4
    pictures = []
    for mask in _masks(fine):
        for _ in range(SHAPES):
            matrix = cv2.getRotationMatrix2D((fine / 2 - 0.5,) * 2, random.uniform(-TURN, TURN), 1)
            matrix[:, 2] += random.uniform(-SHIFT, SHIFT, 2) * fine
            moved = cv2.warpAffine(mask, matrix, (fine, fine), borderMode=cv2.BORDER_REPLICATE)
            pictures.append(cv2.resize(moved, (side, side), interpolation=cv2.INTER_AREA))
    return np.stack(pictures)


def _masks(side: int) -> list[Pixels]:
    down, across = (np.mgrid[:side, :side] - side / 2 + 0.5) / (side / 5)
    radius, square = np.hypot(down, across), np.maximum(abs(down), abs(across))
    shapes = (
        radius < 1,
        square < 0.9,
        (radius < 1) & (radius > 0.65),
        (square < 1) & (np.minimum(abs(down), abs(across)) < 0.3),
        (abs(down) < 1) & (abs(across) < 0.3),
        np.hypot(down * 1.8, across) < 1,
        abs(down) + abs(across) < 1,
        (down < 0.8) & (down > 2 * abs(across) - 1),
    )
    return [np.where(inside[..., None], (40, 90, 160), 255).astype(np.uint8) for inside in shapes]


def _crowd() -> dict[str, object]:
    """Fashion-MNIST in a process of its own: a tenth of it, then all of it."""
    parts = [read_idx(DEBIAN / f"{part}-images-idx3-ubyte.gz") for part in ("train", "t10k")]
    pixels = np.repeat(np.concatenate(parts)[..., None], 3, axis=3)
    with tempfile.TemporaryDirectory() as folder:
        results = []
        for count in (len(pixels) // 10, len(pixels)):
            np.save(Path(folder) / "pixels.npy", pixels[-count:])
            words = [sys.executable, __file__, folder]
            results.append(json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout))
    return {"images": len(pixels), "test": len(parts[1]), "a_tenth": results[0], "all": results[1]}


def _measure_one(folder: Path) -> dict[str, object]:
    """What the process of its own measures."""
    import time

    pixels = np.load(folder / "pixels.npy", mmap_mode="r")
    start, cpu = time.perf_counter(), time.process_time()
    pairs = find_near_duplicates(pixels)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    groups = join_rows(len(pixels), pairs)
    test = np.arange(len(pixels)) >= len(pixels) - 10_000
    leaking = ~test & np.isin(groups, groups[test])
    return {
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "peak_mb": int(peak.split()[1]) // 1000,  # with the pages of the mapped pixels
        "grouped": len({row for pair in pairs for row in pair}),
        "train_images_in_groups_with_test_images": int(leaking.sum()),
    }


if __name__ == "__main__":
    print(json.dumps(_measure_one(Path(sys.argv[1]))) if len(sys.argv) > 1 else measure())
