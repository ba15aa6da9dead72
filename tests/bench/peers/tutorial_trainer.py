"""The network of most tutorials, as they train it: `tutorial_trainer.py IN.npz OUT.npz SEED [augmented]`.

Two convolutions, Adam, batches of 32, five epochs; `augmented` adds the ranges that most of them copy.
"""

import os
import sys
import time
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

EPOCHS = 5
GOAL = 0.9  # of the judged pictures, whose CPU seconds are told


def main(given: str, told: str, seed: str, augmented: str = "") -> None:
    """Trains, predicts, and writes what it took."""
    with np.load(given) as given_arrays:
        images, labels, clean, moved, judged = (
            given_arrays[name] for name in ("images", "labels", "clean", "moved", "judged")
        )
    tf.keras.utils.set_random_seed(int(seed))
    layers = tf.keras.layers
    model = tf.keras.Sequential([
        layers.Input(images.shape[1:]),
        layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dense(64, activation="relu"),
        layers.Dense(int(labels.max()) + 1, activation="softmax"),
    ])  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    wall, cpu, looked, reached = time.monotonic(), time.process_time(), 0.0, 0.0
    pictures = (images / 255).astype("float32")
    generator = _generator(pictures, labels, int(seed)) if augmented else None
    for _ in range(EPOCHS):
        if generator is None:
            model.fit(pictures, labels, batch_size=32, verbose=0)
        else:
            model.fit(generator, verbose=0)
        before = time.process_time()
        right = np.mean(model.predict(clean / 255, batch_size=500, verbose=0).argmax(axis=1) == judged)
        looked += time.process_time() - before
        if right >= GOAL and not reached:
            reached = time.process_time() - cpu - looked
    taken = {"seconds": time.monotonic() - wall, "cpu_seconds": time.process_time() - cpu - looked, "goal_cpu": reached}
    model.save("model.keras")
    answers = {f"{name}_answers": model.predict(shown / 255, batch_size=500, verbose=0).argmax(axis=1)
               for name, shown in (("clean", clean), ("moved", moved))}  # fmt: skip
    np.savez(told, kilobytes=Path("model.keras").stat().st_size / 1000, **taken, **answers)


def _generator(pictures: np.ndarray, labels: np.ndarray, seed: int) -> object:
    ranges = {"rotation_range": 20, "width_shift_range": 0.2, "height_shift_range": 0.2, "shear_range": 0.2,
              "zoom_range": 0.2, "horizontal_flip": True}  # fmt: skip
    make = tf.keras.preprocessing.image.ImageDataGenerator(**ranges)
    return make.flow(pictures, labels, batch_size=32, seed=seed)


if __name__ == "__main__":
    main(*sys.argv[1:])
