"""Changes pictures as another light, lens or file would: brightness, contrast, blur, noise and JPEG."""

import io
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
    chance = uniforms(rows, seed=seed + SEED_OFFSET, draw=draw, count=6)  # (N, 6)
    changed = np.empty(images.shape, np.uint8)
    for image, own, target in zip(np.asarray(images), chance, changed, strict=True):
        target[:] = _change(image, tones, own, seed)
    return changed


def _change(image: Pixels, tones: Tones, chance: NDArray[np.float64], seed: int) -> Pixels:
    """One picture, (S, S, 3) uint8, by six numbers in [0, 1)."""
    gain = 1 + (2 * chance[1] - 1) * tones.contrast
    offset = 255 * (2 * chance[0] - 1) * tones.brightness
    if gain != 1 or offset != 0:
        image = cv2.LUT(image, _curve(gain, offset, float(image.mean())))
    width = chance[2] * tones.blur * len(image)
    if width >= FAINTEST_BLUR:
        image = cv2.GaussianBlur(image, (0, 0), width, borderType=cv2.BORDER_REPLICATE)
    if tones.noise:
        image = _with_noise(image, 255 * chance[3] * tones.noise, int(chance[4] * GRAIN), seed)
    if tones.jpeg_quality < LOSSLESS:
        image = _saved_as_jpeg(image, round(tones.jpeg_quality + chance[5] * (LOSSLESS - tones.jpeg_quality)))
    return image


def _curve(gain: float, offset: float, mean: float) -> NDArray[np.uint8]:
    """(256,) uint8: what each count becomes."""
    counts = (np.arange(256) - mean) * gain + mean + offset
    return np.clip(np.rint(counts), 0, 255).astype(np.uint8)


def _with_noise(image: Pixels, deviation: float, start: int, seed: int) -> Pixels:
    grain, end = _grain(seed), start + image.size
    own = grain[start:end] if end <= GRAIN else grain.take(np.arange(start, end), mode="wrap")
    return np.clip(np.rint(image + own.reshape(image.shape) * np.float32(deviation)), 0, 255).astype(np.uint8)


@cache
def _grain(seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed + SEED_OFFSET).standard_normal(GRAIN, dtype=np.float32)


def _saved_as_jpeg(image: Pixels, quality: int) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return decode_image(file.getvalue(), Decoding(len(image)))
