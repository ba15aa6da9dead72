"""Pictures that a tiny model was judged on and traffic of them, changed or not: quick, drawn, the same for a seed."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tinysight.drift.measures import Looked, look
from tinysight.drift.reference import Reference, Seen, make_reference

CLASSES = ("red", "green", "blue")
SIDE = 16
Pixels = NDArray[np.uint8]
Change = Callable[[Pixels], Pixels]


def draw(count: int, seed: int, shares: tuple[float, ...] = (1 / 3, 1 / 3, 1 / 3)) -> tuple[Pixels, NDArray[np.int64]]:
    """Noisy pictures with a lighter half, each with a colour that is its class: (count, SIDE, SIDE, 3), (count,)."""
    random = np.random.default_rng(seed)
    classes = random.choice(3, count, p=shares)
    pixels = random.normal(110, 12, (count, SIDE, SIDE, 3)) + random.normal(0, 6, (count, 1, 1, 1))
    pixels[:, :, SIDE // 2 :] -= random.uniform(20, 60, (count, 1, 1, 1))
    pixels[np.arange(count), :, :, classes] += random.uniform(20, 40, (count, 1, 1))
    return np.clip(pixels, 0, 255).astype(np.uint8), classes


def looked(
    count: int, seed: int, change: Change = lambda pixels: pixels, size: int = 640, **how: tuple[float, ...]
) -> Looked:
    """What is measured of such pictures, with answers as a good model gives them."""
    pixels, classes = draw(count, seed, **how)
    sure = np.random.default_rng(seed + 1).uniform(0.6, 0.98, count)
    answers = np.repeat((1 - sure)[:, None] / 2, 3, axis=1)
    answers[np.arange(count), classes] = sure
    return look(change(pixels), [(size, size * 3 // 4)] * count, answers.astype(np.float32))


@cache
def reference(count: int = 400, seed: int = 7) -> Reference:
    """Of pictures that nothing has happened to."""
    return make_reference(looked(count, seed), CLASSES)


def seen(of: Reference, count: int, seed: int, change: Change = lambda pixels: pixels, **how: object) -> Seen:
    """Traffic in the bins of a reference."""
    return of.sort(looked(count, seed, change, **how))  # type: ignore[arg-type]


def darker(pixels: Pixels) -> Pixels:
    """By 15 %."""
    return (pixels * 0.85).astype(np.uint8)


def smoothed(pixels: Pixels) -> Pixels:
    """Each pixel is the mean of itself and its right neighbour."""
    return ((pixels + np.roll(pixels, 1, axis=2).astype(np.float64)) / 2).astype(np.uint8)


def turned(pixels: Pixels) -> Pixels:
    """By 90°."""
    return np.rot90(pixels, axes=(1, 2))


CHANGES: dict[str, Change] = {"brightness": darker, "sharpness": smoothed, "top to bottom": turned}
