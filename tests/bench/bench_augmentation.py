"""Pictures per second: one composed affine, and tones after it, against the chains of Keras layers that do the same."""

import os
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from tinysight.data.augmentation import Warps, warp
from tinysight.data.tones import Tones, change_tones
from tinysight.imaging import Pixels

WARPS = Warps(shift=0.15, rotation=10, zoom=0.1)
TONES = Tones(brightness=0.2, contrast=0.3, blur=0.015, noise=0.05)  # Keras has no JPEG
SIZES = {32: 4096, 64: 1024, 224: 96}  # side: pictures in a round
ROUNDS = 7
BATCH = 64


def measure() -> dict[str, object]:
    """Measures both in turn, round by round, so that a busy neighbour slows both.

    Returns:
        For each kind and side the medians of pictures per second and of the rounds' ratios.
    """
    print(f"augmentation, pictures/s on one core and on all, medians of {ROUNDS} paired rounds")
    print(f"{'':>16} {'side':>5} {'ours':>10} {'Keras layers':>13} {'ratio':>7}")
    kinds = {"motion": Tones(), "motion and tones": TONES}
    return {kind: {str(side): _compare(kind, tones, side) for side in SIZES} for kind, tones in kinds.items()}


def _compare(kind: str, tones: Tones, side: int) -> dict[str, float]:
    count = SIZES[side]
    images = np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    chain = _keras_chain(side, toned=tones != Tones())
    rounds = []
    for draw in range(ROUNDS + 1):  # the first warms up
        ours = _rate(count, partial(_augment, images, tones, draw))
        rounds.append((ours, _rate(count, partial(chain, images))))
    medians = [statistics.median(values) for values in zip(*rounds[1:], strict=True)]
    ratio = statistics.median(ours / theirs for ours, theirs in rounds[1:])
    print(f"{kind:>16} {side:>5} {medians[0]:>10,.0f} {medians[1]:>13,.0f} {ratio:>7.1f}")
    return {"ours": round(medians[0]), "keras_layers": round(medians[1]), "ratio": round(ratio, 1)}


def _augment(images: Pixels, tones: Tones, draw: int) -> None:
    rows = np.arange(len(images))
    change_tones(warp(images, rows, WARPS, seed=0, draw=draw), rows, tones, seed=0, draw=draw)


def _rate(count: int, work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def _keras_chain(side: int, *, toned: bool) -> Callable[[Pixels], None]:
    """Keras' layers for the same, as one compiled graph that takes batch by batch."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf

    layers = keras.layers
    tones = (
        layers.RandomBrightness(TONES.brightness, value_range=(0, 255), seed=0),
        layers.RandomContrast(TONES.contrast, value_range=(0, 255), seed=0),
        layers.RandomGaussianBlur(1.0, kernel_size=5, sigma=min(1.0, TONES.blur * side), value_range=(0, 255), seed=0),
        layers.Rescaling(1 / 255),
        layers.GaussianNoise(TONES.noise, seed=0),
    )
    chain = keras.Sequential(
        [
            layers.Input((side, side, 3)),
            layers.RandomTranslation(WARPS.shift, WARPS.shift, fill_mode="nearest", seed=0),
            layers.RandomRotation(WARPS.rotation / 360, fill_mode="nearest", seed=0),
            layers.RandomZoom(WARPS.zoom, fill_mode="nearest", seed=0),
            *(tones if toned else ()),
        ]
    )
    compiled = tf.function(lambda batch: chain(batch, training=True))

    def run(images: Pixels) -> None:
        for start in range(0, len(images), BATCH):
            compiled(tf.constant(images[start : start + BATCH], tf.float32)).numpy()

    return run


if __name__ == "__main__":
    measure()
