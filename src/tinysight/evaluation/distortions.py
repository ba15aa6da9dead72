"""What happens to pictures on their way to the model: each kind at a stated strength, the same for a row each time."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tinysight.data.augmentation import Rows, Warps, compose, resample
from tinysight.data.draws import uniforms
from tinysight.imaging import Decoding, Pixels, decode_image

SEED_OFFSET = 2_000_003  # neither the draws of training's copies nor those of the expected warps
WEAK, STRONG = 0, 255

Draws = NDArray[np.float64]
Apply = Callable[[Pixels, Rows, Draws, float], Pixels]


@dataclass(frozen=True)
class Distortion:
    """One way in which pictures become worse.

    Attributes:
        name: a word for it.
        unit: what a level counts: `%` of the side or of full brightness (levels are shares), `°`, or `quality`.
        levels: from doing nothing to a lot.
        apply: pictures, their rows, two draws in [0, 1) for each, and a level, to pictures.
    """

    name: str
    unit: str
    levels: tuple[float, ...]
    apply: Apply


def distort(images: Pixels, rows: Rows, distortion: Distortion, level: float, *, seed: int) -> Pixels:
    """Pictures at one level; which way each is moved or changed depends on its row and the seed alone.

    Args:
        images: (N, S, S, 3) uint8.
        rows: (N,) int64, their row numbers.
        distortion: the kind.
        level: one of its levels; the first one leaves the pictures as they are.
        seed: of the whole pipeline.

    Returns:
        (N, S, S, 3) uint8.
    """
    if level == distortion.levels[0]:
        return images
    draws = uniforms(rows, seed=seed + SEED_OFFSET, draw=0, count=2)  # (N, 2)
    return distortion.apply(images, rows, draws, level)


def _shifted(images: Pixels, rows: Rows, draws: Draws, level: float) -> Pixels:  # noqa: ARG001, all take the same
    """By exactly so far, in any direction."""
    angle = 2 * np.pi * draws[:, 0]
    way = np.stack([np.cos(angle), np.sin(angle)], axis=1)  # (N, 2)
    return _moved(images, shift=level * images.shape[1] * way)


def _turned(images: Pixels, rows: Rows, draws: Draws, level: float) -> Pixels:  # noqa: ARG001
    return _moved(images, rotation=np.radians(level) * _either_way(draws))


def _scaled(images: Pixels, rows: Rows, draws: Draws, level: float) -> Pixels:  # noqa: ARG001
    return _moved(images, zoom=1 + level * _either_way(draws))


def _moved(images: Pixels, **motion: NDArray[np.float64]) -> Pixels:
    count = len(images)
    still: Mapping[str, NDArray[np.float64]] = {
        "shift": np.zeros((count, 2)),
        "rotation": np.zeros(count),
        "shear": np.zeros(count),
        "zoom": np.ones(count),
    }
    matrices = compose(images.shape[1], flip=np.zeros(count, dtype=np.bool_), **{**still, **motion})
    return resample(images, matrices, Warps())


def _brightened(images: Pixels, rows: Rows, draws: Draws, level: float) -> Pixels:  # noqa: ARG001
    change = STRONG * level * _either_way(draws)
    return _as_pixels(images + change[:, None, None, None])


def _blurred(images: Pixels, rows: Rows, draws: Draws, level: float) -> Pixels:  # noqa: ARG001
    width = level * images.shape[1]  # standard deviation, in pixels
    cv2.setNumThreads(1)
    return np.stack([cv2.GaussianBlur(image, (0, 0), width) for image in np.asarray(images)]).astype(np.uint8)


def _noisy(images: Pixels, rows: Rows, draws: Draws, level: float) -> Pixels:
    noise = np.stack([_noise(row, draw, images.shape[1:]) for row, draw in zip(rows, draws[:, 0], strict=True)])
    return _as_pixels(images + STRONG * level * noise)


def _noise(row: int, draw: float, shape: tuple[int, ...]) -> NDArray[np.float32]:
    key = (int(draw * 2**53) << 64) + int(row)
    return np.random.Generator(np.random.Philox(key=key)).standard_normal(shape, dtype=np.float32)


def _compressed(images: Pixels, rows: Rows, draws: Draws, level: float) -> Pixels:  # noqa: ARG001
    door = Decoding(images.shape[1])
    return np.stack([decode_image(_as_jpeg(image, int(level)), door) for image in np.asarray(images)])


def _as_jpeg(image: Pixels, quality: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return file.getvalue()


def _either_way(draws: Draws) -> Draws:
    return np.where(draws[:, 1] < 0.5, -1.0, 1.0)


def _as_pixels(values: NDArray[np.floating]) -> Pixels:
    return np.asarray(np.clip(np.rint(values), WEAK, STRONG), dtype=np.uint8)


DISTORTIONS = (
    Distortion("shift", "%", (0.0, 0.05, 0.1, 0.15, 0.2), _shifted),
    Distortion("rotation", "°", (0.0, 7.5, 15.0, 22.5, 30.0), _turned),
    Distortion("scale", "%", (0.0, 0.1, 0.2, 0.3, 0.4), _scaled),
    Distortion("brightness", "%", (0.0, 0.1, 0.2, 0.3, 0.4), _brightened),
    Distortion("blur", "%", (0.0, 0.01, 0.02, 0.04, 0.06), _blurred),
    Distortion("noise", "%", (0.0, 0.05, 0.1, 0.15, 0.2), _noisy),
    Distortion("JPEG", "quality", (100.0, 80.0, 50.0, 25.0, 10.0), _compressed),
)
