"""Trouble planted in a folder of pictures, and the list of what was planted where."""

import io
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pictures import save_oriented
from PIL import Image, ImageEnhance

Pair = tuple[str, str]  # the original's path and its copy's

ORIENTATIONS = (3, 6, 8, 2, 4, 5, 7)
FORMATS = (("JPEG", ".jpg"), ("WEBP", ".webp"), ("PNG", ".png"))
ALTERATIONS = ("saved again", "resized", "brightness or contrast", "all three")


@dataclass(frozen=True)
class Amounts:
    """How much of each trouble."""

    exact: int = 50
    near: int = 50
    flips: int = 30
    truncated: int = 20
    blanks: int = 10
    turned: int = 20


@dataclass
class Planted:
    """What was planted: paths below the target, with `/` between their parts.

    Attributes:
        exact: originals and copies of the same bytes.
        near: originals and altered copies.
        alterations: of each of near, one of ALTERATIONS.
        flips: the true class of each picture that lies in another class's folder.
        truncated: files cut short.
        blanks: pictures of nothing.
        turned: pictures whose EXIF orientation is not 1.
        untouched: all others that were not copied either.
    """

    exact: list[Pair] = field(default_factory=list)
    near: list[Pair] = field(default_factory=list)
    alterations: list[str] = field(default_factory=list)
    flips: dict[str, str] = field(default_factory=dict)
    truncated: list[str] = field(default_factory=list)
    blanks: list[str] = field(default_factory=list)
    turned: list[str] = field(default_factory=list)
    untouched: list[str] = field(default_factory=list)


def plant(source: Path, target: Path, seed: int, amounts: Amounts = Amounts()) -> Planted:
    """Copies a folder of class folders and plants trouble in the copy; no picture gets two kinds of it.

    Args:
        source: one folder a class, picture files in them.
        target: a folder that is not there yet.
        seed: of everything that is drawn.
        amounts: how much of each.
    """
    shutil.copytree(source, target)
    return _Garden(target, seed).plant(amounts)


class _Garden:
    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.random, self.planted = folder, np.random.default_rng(seed), Planted()
        self.classes = sorted(path.name for path in folder.iterdir())
        files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        self.free = [files[place] for place in self.random.permutation(len(files))]

    def plant(self, amounts: Amounts) -> Planted:
        """Each kind of trouble in turn, in pictures that have none yet."""
        for number, path in enumerate(self._take(amounts.near)):
            self._near(path, number)
        for path in self._take(amounts.exact):
            copy = self._new_path(path, Path(path).suffix)
            shutil.copyfile(self.folder / path, self.folder / copy)
            self.planted.exact.append((path, copy))
        for path in self._take(amounts.flips):
            self._flip(path)
        for number, path in enumerate(self._take(amounts.truncated)):
            self._truncate(path, as_jpeg=number % 2 == 0)
        for number, path in enumerate(self._take(amounts.turned)):
            self._turn(path, ORIENTATIONS[number % len(ORIENTATIONS)])
        for number in range(amounts.blanks):
            self._blank(self.free[number], even=number % 2 == 0)
        self.planted.untouched = sorted(self.free)
        return self.planted

    def _take(self, count: int) -> list[str]:
        taken, self.free = self.free[:count], self.free[count:]
        return taken

    def _near(self, path: str, number: int) -> None:
        alteration = ALTERATIONS[number % len(ALTERATIONS)]
        image = _opaque(self.folder / path)
        if alteration in ("resized", "all three"):
            scale = 2 ** self.random.uniform(-1, 1)
            size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
            image = image.resize(size, Image.Resampling.BICUBIC)
        if alteration in ("brightness or contrast", "all three"):
            enhance = (ImageEnhance.Brightness, ImageEnhance.Contrast)[int(self.random.integers(2))]
            amount = self.random.uniform(0.10, 0.15) * self.random.choice([-1, 1])
            image = enhance(image).enhance(1 + amount)
        form, suffix = FORMATS[int(self.random.integers(len(FORMATS)))]
        copy = self._new_path(path, suffix)
        image.save(self.folder / copy, form, quality=int(self.random.choice([60, 75, 90])))
        self.planted.near.append((path, copy))
        self.planted.alterations.append(alteration)

    def _flip(self, path: str) -> None:
        true = path.split("/")[0]
        others = [name for name in self.classes if name != true]
        wrong = others[int(self.random.integers(len(others)))]
        moved = self._new_path(f"{wrong}/{path}", Path(path).suffix)
        shutil.move(self.folder / path, self.folder / moved)
        self.planted.flips[moved] = true

    def _truncate(self, path: str, *, as_jpeg: bool) -> None:
        file = self.folder / path
        data = file.read_bytes()
        if as_jpeg:
            data = _as_jpeg(_opaque(file))
            file.unlink()
            path, file = str(Path(path).with_suffix(".jpg")), file.with_suffix(".jpg")
        file.write_bytes(data[: int(len(data) * self.random.uniform(0.2, 0.9))])
        self.planted.truncated.append(path)

    def _turn(self, path: str, orientation: int) -> None:
        turned = Path(path).with_suffix(".jpg")
        image = _opaque(self.folder / path)
        (self.folder / path).unlink()
        save_oriented(image, self.folder / turned, orientation)
        self.planted.turned.append(str(turned))

    def _blank(self, like: str, *, even: bool) -> None:
        with Image.open(self.folder / like) as image:
            shape = image.height, image.width, 3
        colour = self.random.integers(0, 256, 3) if self.random.random() < 0.5 else self.random.integers(0, 256)
        noise = 0 if even else self.random.normal(0, 1, shape)
        pixels = np.clip(np.full(shape, colour) + noise, 0, 255).astype(np.uint8)
        form, suffix = FORMATS[int(self.random.integers(len(FORMATS)))]
        path = self._new_path(like, suffix)
        Image.fromarray(pixels).save(self.folder / path, form)
        self.planted.blanks.append(path)

    def _new_path(self, like: str, suffix: str) -> str:
        """A path in the same class's folder whose name says nothing."""
        for number in self._numbers():
            path = f"{like.split('/')[0]}/IMG_{number:06d}{suffix}"
            if not (self.folder / path).exists():
                return path
        raise AssertionError("numbers don't end")

    def _numbers(self) -> Iterator[int]:
        while True:
            yield int(self.random.integers(1_000_000))


def _opaque(path: Path) -> Image.Image:
    """In RGB, on white as conf/dataset/folder.yaml puts it."""
    with Image.open(path) as image:
        layer = image.convert("RGBA")
    canvas = Image.new("RGB", layer.size, (255, 255, 255))
    canvas.paste(layer, mask=layer)
    return canvas


def _as_jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def pairs_across(pairs: Sequence[Pair], sides: dict[str, str]) -> list[Pair]:
    """The pairs whose two pictures stand on different sides; a picture on no side stands nowhere."""
    return [(a, b) for a, b in pairs if a in sides and b in sides and sides[a] != sides[b]]
