"""Folders of real, mixed picture files, the same for the same seed: what a newcomer might have."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import sklearn
from numpy.typing import NDArray
from PIL import ExifTags, Image

Mask = NDArray[np.float64]
Scene = tuple[Image.Image, Image.Image]  # the picture in RGB, and what is drawn in it as a mask

PHOTOS = Path(sklearn.__file__).parent / "datasets" / "images"
SHAPES = ("cross", "disc", "ring", "stripes")
TURNS = {  # how a picture must be stored so that this EXIF orientation turns it upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def write_mixed_folder(folder: Path, per_class: int = 30, seed: int = 0) -> list[str]:
    """Writes four kinds of shapes on pale photos, in every format and mode, and three broken files.

    Returns:
        the broken files' paths below the folder.
    """
    random = np.random.default_rng(seed)
    writers = list(VARIANTS.values())
    for number, shape in enumerate(SHAPES):
        (folder / shape / "more").mkdir(parents=True)
        for i in range(per_class):
            place = folder / shape / ("more" if i % 5 == 4 else "") / f"{shape}{i:03d}"
            writers[(i + 3 * number) % len(writers)](draw_scene(shape, random), place, i)
    return _write_broken(folder)


def write_16bit_folder(folder: Path, per_class: int = 30, seed: int = 0) -> None:
    """Writes two kinds of 16-bit grey pictures, PNG and TIFF, that differ only between 1,000 and 3,000 counts."""
    random = np.random.default_rng(seed)
    for shape in ("disc", "stripes"):
        (folder / shape).mkdir(parents=True)
        for i in range(per_class):
            mask = draw_mask(shape, random, (72, 64 + i % 3 * 16))
            counts = 1000 + 2000 * mask * random.uniform(0.6, 1.0) + random.normal(0, 40, mask.shape)
            deep = Image.fromarray(np.clip(counts, 1000, 3000).astype(np.uint16))
            deep.save(folder / shape / f"{i:03d}{('.png', '.tif')[i % 2]}")


def encode(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    """A picture as the bytes of a file."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def quarters(mode: str = "RGB") -> Image.Image:
    """16×16: red, green; blue, white. No two turns of it look alike."""
    pixels = np.zeros((16, 16, 3), dtype=np.uint8)
    pixels[:8, :8], pixels[:8, 8:], pixels[8:, :8], pixels[8:, 8:] = (255, 0, 0), (0, 255, 0), (0, 0, 255), 255
    return Image.fromarray(pixels).convert(mode)


def write_newcomers_folder(folder: Path) -> Path:
    """32 readable pictures, 3 broken files, and what desktops and other programs left."""
    write_mixed_folder(folder, per_class=8)
    (folder / "ring" / "labels.csv").write_text("not a picture")
    (folder / "disc" / ".DS_Store").write_bytes(b"x")
    return folder


def write_colours(folder: Path, *names: str, size: int = 40) -> Path:
    """Three plain PNG files for each class; each file has a colour of its own."""
    for i, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for k in range(3):
            Image.new("RGB", (size, size), (90 * i, 20 * k, 0)).save(folder / name / f"{k}.png")
    return folder


def files_below(folder: Path) -> dict[str, bytes]:
    """The content of every file by its path below the folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def draw_mask(shape: str, random: np.random.Generator, size: tuple[int, int]) -> Mask:
    """(height, width) from 0 to 1: one shape, a little shifted, turned and scaled."""
    height, width = size
    side = min(size)
    y, x = np.mgrid[:height, :width]
    angle, scale = np.radians(random.uniform(-8, 8)), random.uniform(0.9, 1.1) / side
    u = (x - width / 2 - random.uniform(-0.06, 0.06) * side) * scale
    v = (y - height / 2 - random.uniform(-0.06, 0.06) * side) * scale
    u, v = u * np.cos(angle) - v * np.sin(angle), u * np.sin(angle) + v * np.cos(angle)
    radius = np.hypot(u, v)
    inside = {
        "disc": radius < 0.34,
        "ring": (radius < 0.36) & (radius > 0.22),
        "cross": (np.minimum(abs(u), abs(v)) < 0.09) & (np.maximum(abs(u), abs(v)) < 0.36),
        "stripes": (np.sin(u * 40) > 0) & (np.maximum(abs(u), abs(v)) < 0.36),
    }[shape]
    return inside.astype(np.float64)


def draw_scene(shape: str, random: np.random.Generator) -> Scene:
    """A dark shape on a pale crop of a real photo; its size and proportions vary."""
    height, width = (int(n) for n in random.integers(56, 150, 2))
    width = int(np.clip(width, height * 0.7, height * 1.4))
    mask = draw_mask(shape, random, (height, width))
    photo = np.asarray(_photo())
    top, left = (int(random.integers(0, n)) for n in (photo.shape[0] - height, photo.shape[1] - width))
    pale = 190 + photo[top : top + height, left : left + width] * 0.25
    pixels = pale * (1 - mask[..., None]) + random.integers(0, 90, 3) * mask[..., None]
    return Image.fromarray(pixels.astype(np.uint8)), Image.fromarray((mask * 255).astype(np.uint8))


def _photo() -> Image.Image:
    with Image.open(PHOTOS / "china.jpg") as photo:
        return photo.convert("RGB")


def _plain(suffix: str, mode: str) -> Callable[[Scene, Path, int], None]:
    def write(scene: Scene, place: Path, i: int) -> None:
        scene[0].convert(mode).save(place.with_suffix(suffix))

    return write


def _transparent(suffix: str, mode: str) -> Callable[[Scene, Path, int], None]:
    def write(scene: Scene, place: Path, i: int) -> None:
        picture, mask = scene
        picture.putalpha(mask)
        picture.convert(mode).save(place.with_suffix(suffix))

    return write


def _deep(suffix: str) -> Callable[[Scene, Path, int], None]:
    def write(scene: Scene, place: Path, i: int) -> None:
        grey = np.asarray(scene[0].convert("L"), dtype=np.uint16)
        Image.fromarray(grey * 257).save(place.with_suffix(suffix))

    return write


def _palette(scene: Scene, place: Path, i: int) -> None:
    """The last colour of the palette is transparent around the shape."""
    picture, mask = scene
    indexed = np.array(picture.quantize(255))
    indexed[np.asarray(mask) == 0] = 255
    paletted = picture.quantize(255)
    shown = Image.fromarray(indexed).convert("P")
    shown.putpalette([*(paletted.getpalette() or [])[:765], 255, 0, 255])
    shown.save(place.with_suffix(".png"), transparency=255)


def _oriented(scene: Scene, place: Path, i: int) -> None:
    save_oriented(scene[0], place.with_suffix(".jpg"), 1 + i % 8)


def save_oriented(picture: Image.Image, path: Path, orientation: int) -> None:
    """Stores a picture turned, with the EXIF orientation that turns it upright again."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    turn = TURNS.get(orientation)
    (picture if turn is None else picture.transpose(turn)).save(path, exif=exif)


VARIANTS: dict[str, Callable[[Scene, Path, int], None]] = {
    "png rgb": _plain(".png", "RGB"),
    "jpeg rgb": _plain(".jpg", "RGB"),
    "jpeg oriented": _oriented,
    "png rgba": _transparent(".png", "RGBA"),
    "gif palette": _plain(".gif", "P"),
    "bmp rgb": _plain(".bmp", "RGB"),
    "tiff rgb": _plain(".tif", "RGB"),
    "webp rgb": _plain(".webp", "RGB"),
    "png grey": _plain(".png", "L"),
    "png 16-bit": _deep(".png"),
    "png palette, transparent": _palette,
    "jpeg cmyk": _plain(".jpg", "CMYK"),
    "tiff 16-bit": _deep(".tiff"),
    "webp rgba": _transparent(".webp", "RGBA"),
    "png grey, transparent": _transparent(".png", "LA"),
    "jpeg grey": _plain(".jpeg", "L"),
    "tiff cmyk": _plain(".tif", "CMYK"),
    "bmp grey": _plain(".bmp", "L"),
    "jpeg oriented again": _oriented,
}


def _write_broken(folder: Path) -> list[str]:
    whole = next(path for path in _in_order(folder) if path.suffix == ".jpg").read_bytes()
    broken = {
        f"{SHAPES[0]}/cut-short.jpg": whole[: len(whole) // 2],
        f"{SHAPES[1]}/empty.png": b"",
        f"{SHAPES[2]}/a-text.png": b"this is not a picture\n" * 9,
    }
    for path, content in broken.items():
        (folder / path).write_bytes(content)
    return sorted(broken)


def _in_order(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.rglob("*.*"))
