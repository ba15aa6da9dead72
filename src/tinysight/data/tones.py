"""Changes pictures as another light, lens or file would: brightness, contrast, blur, noise and JPEG."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tinysight.data.augmentation import Rows
from tinysight.data.draws import uniforms
from tinysight.imaging import Decoding, Pixels, decode_image

SEED_OFFSET = 500_009  # draws of their own: more light moves no picture
LOSSLESS = 100
FAINTEST_BLUR = 0.2  # pixels: below it a blur changes nothing
GRAIN = 1 << 20  # numbers of noise that are drawn once; each picture begins elsewhere in them


@dataclass(frozen=True)
class Tones:
    """The ranges that a picture's changes are drawn from, each uniformly and each on its own.

    Attributes:
        brightness: share of full brightness, up to that much lighter or darker.
        contrast: 1 - contrast to 1 + contrast times as far from the picture's mean.
        blur: standard deviation of up to that share of the side.
        noise: standard deviation of up to that share of full brightness.
        jpeg_quality: the lowest quality that the picture is saved with; 100 leaves it out.
    """

    brightness: float = 0.0
    contrast: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    jpeg_quality: int = LOSSLESS

    @property
    def change_nothing(self) -> bool:
        """Whether every picture stays as it is."""
        return self == Tones()


def change_tones(images: Pixels, rows: Rows, tones: Tones, *, seed: int, draw: int) -> Pixels:
    """Changes each picture by its own draw from the ranges, in the order of light, lens, sensor and file.

    Args:
        images: (N, S, S, 3) uint8.
        rows: (N,) int64, the pictures' row numbers; with seed and draw they alone decide the change.
        tones: the ranges.
        seed: of the whole pipeline.
        draw: which copy of the row this is.

    Returns:
        (N, S, S, 3) uint8.
    """
    if tones.change_nothing:
        return images
    cv2.setNumThreads(1)  # pictures are too small to share one between threads
    images = np.asarray(images)
    chance = uniforms(rows, seed=seed + SEED_OFFSET, draw=draw, count=6)  # (N, 6)
    changed = np.empty(images.shape, np.uint8)
    for image, curve, own, target in zip(images, _curves(images, tones, chance), chance.tolist(), changed, strict=True):
        target[:] = _change(cv2.LUT(image, curve), tones, own, seed)
    return changed


def _curves(images: Pixels, tones: Tones, chance: NDArray[np.float64]) -> NDArray[np.uint8]:
    """(N, 256) uint8: what each count of each picture becomes in its light."""
    means = np.array([cv2.mean(image) for image in images]).reshape(-1, 4)[:, :3].mean(axis=1)[:, None]  # (N, 1)
    swing = 2 * chance[:, :2] - 1
    offset, gain = 255 * swing[:, :1] * tones.brightness, 1 + swing[:, 1:] * tones.contrast
    counts = (np.arange(256) - means) * gain + means + offset  # (N, 256)
    return np.asarray(np.clip(np.rint(counts), 0, 255), np.uint8)


def _change(image: Pixels, tones: Tones, chance: Sequence[float], seed: int) -> Pixels:
    """Lens, sensor and file of one picture, (S, S, 3) uint8, by six numbers in [0, 1)."""
    width = chance[2] * tones.blur * len(image)
    if width >= FAINTEST_BLUR:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), width, borderType=cv2.BORDER_REPLICATE), np.uint8)
    if tones.noise:
        image = _with_noise(image, 255 * chance[3] * tones.noise, int(chance[4] * GRAIN), seed)
    if tones.jpeg_quality < LOSSLESS:
        image = _saved_as_jpeg(image, round(tones.jpeg_quality + chance[5] * (LOSSLESS - tones.jpeg_quality)))
    return image


def _with_noise(image: Pixels, deviation: float, start: int, seed: int) -> Pixels:
    grain, end = _grain(seed), start + image.size
    own = grain[start:end] if end <= GRAIN else grain.take(np.arange(start, end), mode="wrap")
    counts = own.reshape(image.shape) * np.float32(deviation)
    counts += image
    np.rint(counts, out=counts)
    return np.clip(counts, 0, 255, out=counts).astype(np.uint8)


@cache
def _grain(seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed + SEED_OFFSET).standard_normal(GRAIN, dtype=np.float32)


def _saved_as_jpeg(image: Pixels, quality: int) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return decode_image(file.getvalue(), Decoding(len(image)))
