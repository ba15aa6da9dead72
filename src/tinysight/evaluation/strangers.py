"""Pictures of kinds that no model of the user's was trained on: what it should answer with unknown."""

import gzip
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tinysight.errors import DataError
from tinysight.evaluation.answers import ask
from tinysight.evaluation.metrics import wilson_interval
from tinysight.evaluation.scores import Stranger
from tinysight.imaging import Decoding, Pixels, decode_image
from tinysight.predictor import Predictor

EACH = 200
DIGITS, PHOTOS = "data/digits.csv.gz", ("images/china.jpg", "images/flower.jpg")  # in scikit-learn's wheel
BRIGHTEST = 16  # of those digits
WIDEST_PHOTO = 384  # pixels, of which windows are cut
NUMERALS = frozenset("0123456789")
WORDS = frozenset({"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"})
SHAPES = frozenset({"circle", "cross", "disc", "ellipse", "line", "oval", "rectangle", "square", "triangle"})
# class names, in lower case, of data sets that hold a kind themselves
OWN_NAMES = {"digits": (NUMERALS, WORDS), "drawn shapes": (SHAPES,)}
FINER = 4  # shapes are drawn larger and made smaller, so that their edges are smooth


def strangers(predictor: Predictor, *, seed: int) -> list[Stranger]:
    """How much of each kind is answered with unknown; kinds that the data set holds itself are no strangers to it.

    Args:
        predictor: the loaded model.
        seed: of the whole pipeline.
    """
    told, own = [], own_kinds(predictor.contract.class_names)
    for kind, images in stranger_pictures(predictor.contract.image_size, seed=seed):
        if kind not in own:
            unknown = ask(predictor, images).max(axis=1) < predictor.contract.unknown_threshold
            share = float(unknown.mean())
            told.append(Stranger(kind=kind, images=len(images), unknown=share, interval=wilson_interval(share, EACH)))
    return told


def own_kinds(class_names: Sequence[str]) -> set[str]:
    """The kinds of strangers that a data set holds itself, as far as its class names tell.

    A kind is its own where all class names are names of it, such as 0 to 4, or where no name of it is missing, such as
    0 to 9 beside a to z. Classes that somebody only numbered are taken for digits too: a stranger fewer does less harm
    than a model that is blamed for knowing its own classes.
    """
    found = {name.strip().lower() for name in class_names}
    return {kind for kind, sets in OWN_NAMES.items() if any(found <= names or names <= found for names in sets)}


def stranger_pictures(side: int, *, seed: int) -> Iterator[tuple[str, Pixels]]:
    """(EACH, side, side, 3) uint8 of each kind, with its name.

    Raises:
        DataError: if scikit-learn's pictures are not where it keeps them.
    """
    random = np.random.default_rng(seed)
    yield "noise", random.integers(0, 256, (EACH, side, side, 3), dtype=np.uint8)
    colours = random.integers(0, 256, (EACH, 1, 1, 3), dtype=np.uint8)
    yield "one colour", np.tile(colours, (1, side, side, 1))
    yield "drawn shapes", np.stack([_shape(number, side, random) for number in range(EACH)])
    yield "photographs", np.stack(list(_windows(side, random)))
    yield "digits", _digits(side, random)


def _shape(number: int, side: int, random: np.random.Generator) -> Pixels:
    """One outline or area of a random colour before another."""
    back, front = (tuple(int(value) for value in colour) for colour in random.integers(0, 256, (2, 3)))
    picture = Image.new("RGB", (FINER * side, FINER * side), back)
    draw = ImageDraw.Draw(picture)
    low, high = (int(FINER * side * share) for share in (random.uniform(0.1, 0.4), random.uniform(0.6, 0.9)))
    width = max(FINER, int(side * random.uniform(0.2, 0.6)))
    box = [low, low, high, high]
    match number % 5:
        case 0:
            draw.rectangle(box, outline=front, width=width)
        case 1:
            draw.ellipse(box, fill=front)
        case 2:
            draw.polygon([(low, high), (high, high), ((low + high) // 2, low)], fill=front)
        case 3:
            draw.line(box, fill=front, width=width)
            draw.line([low, high, high, low], fill=front, width=width)
        case _:
            for height in np.linspace(low, high, 4):
                draw.line([low, int(height), high, int(height)], fill=front, width=width // 2)
    return np.asarray(picture.reduce(FINER))


def _windows(side: int, random: np.random.Generator) -> Iterator[Pixels]:
    """Windows of two photographs, a temple and a flower; half of each kind."""
    for name in PHOTOS:
        size = max(side, min(WIDEST_PHOTO, FINER * side))
        photo = decode_image(_shipped(name).read_bytes(), Decoding(size, "crop"))
        for top, left in random.integers(0, size - side + 1, (EACH // len(PHOTOS), 2)):
            yield photo[top : top + side, left : left + side]


def _digits(side: int, random: np.random.Generator) -> Pixels:
    with gzip.open(_shipped(DIGITS), "rt") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.float32)[:, :-1]  # (1797, 64)
    chosen = table[random.permutation(len(table))[:EACH]].reshape(-1, 8, 8) * (255 / BRIGHTEST)
    grey = np.stack([cv2.resize(image, (side, side), interpolation=cv2.INTER_LINEAR) for image in chosen])
    return _in_colour(np.clip(np.rint(grey), 0, 255).astype(np.uint8))


def _in_colour(grey: NDArray[np.uint8]) -> Pixels:
    return np.repeat(grey[..., None], 3, axis=-1)  # (N, S, S, 3)


def _shipped(name: str) -> Path:
    """A file inside scikit-learn's package, which takes seconds to import and is not."""
    found = find_spec("sklearn")
    places = [Path(place) for place in (found.submodule_search_locations or [])] if found else []
    file = next((path for place in places if (path := place / "datasets" / name).is_file()), None)
    if file is None:
        raise DataError(f"scikit-learn's {name} is missing. Run `make install`.")
    return file
