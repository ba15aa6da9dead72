"""Pictures per second: one composed affine against the chain of Keras layers that tutorials use."""

import os
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from tinysight.data.augmentation import Warps, warp
from tinysight.imaging import Pixels

WARPS = Warps(shift=0.15, rotation=10, zoom=0.1)
SIZES = {32: 4096, 64: 1024, 224: 96}  # side: pictures in a round
ROUNDS = 7
BATCH = 64


def measure() -> dict[str, object]:
    """Measures both in turn, round by round, so that a busy neighbour slows both.

    Returns:
        For each side the medians of pictures per second and of the rounds' ratios.
    """
    print(f"augmentation, pictures/s, medians of {ROUNDS} paired rounds (shift 0.15, rotation 10°, zoom 0.1)")
    print(f"{'side':>5} {'one affine':>12} {'Keras layers':>13} {'ratio':>7}")
    return {str(side): _compare(side, count) for side, count in SIZES.items()}


def _compare(side: int, count: int) -> dict[str, float]:
    images = np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    rows, chain = np.arange(count), _keras_chain(side)
    rounds = []
    for draw in range(-1, ROUNDS):  # the first warms up
        ours = _rate(count, partial(warp, images, rows, WARPS, seed=0, draw=draw + 1))
        rounds.append((ours, _rate(count, partial(chain, images))))
    medians = [statistics.median(values) for values in zip(*rounds[1:], strict=True)]
    ratio = statistics.median(ours / theirs for ours, theirs in rounds[1:])
    print(f"{side:>5} {medians[0]:>12,.0f} {medians[1]:>13,.0f} {ratio:>7.1f}")
    return {"one_affine": round(medians[0]), "keras_layers": round(medians[1]), "ratio": round(ratio, 1)}


def _rate(count: int, work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def _keras_chain(side: int) -> Callable[[Pixels], None]:
    """RandomTranslation, RandomRotation and RandomZoom as one compiled graph, batch by batch."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf

    layers = keras.layers
    chain = keras.Sequential(
        [
            layers.Input((side, side, 3)),
            layers.RandomTranslation(WARPS.shift, WARPS.shift, fill_mode="nearest", seed=0),
            layers.RandomRotation(WARPS.rotation / 360, fill_mode="nearest", seed=0),
            layers.RandomZoom(WARPS.zoom, fill_mode="nearest", seed=0),
        ]
    )
    compiled = tf.function(lambda batch: chain(batch, training=True))

    def run(images: Pixels) -> None:
        for start in range(0, len(images), BATCH):
            compiled(tf.constant(images[start : start + BATCH], tf.float32)).numpy()

    return run


if __name__ == "__main__":
    measure()
