"""The network of most tutorials, as they train it: `tutorial_trainer.py IN.npz OUT.npz SEED [augmented]`.

Two convolutions, Adam, batches of 32, five epochs; `augmented` adds the ranges that most of them copy. Without them it
trains on until so many of the judged pictures are right, to tell the processor time that this takes.
"""

import os
import sys
import time
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

EPOCHS = 5
GOAL = 0.9  # of the judged pictures
LONGEST = 10  # epochs, in which it may come there


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
    pictures = (images / 255).astype("float32")
    generator = _generator(pictures, labels, int(seed)) if augmented else None
    began, cpu, reached = time.monotonic(), 0.0, 0.0
    for epoch in range(1, LONGEST + 1):
        before = time.process_time()
        if generator is None:
            model.fit(pictures, labels, batch_size=32, verbose=0)
        else:
            model.fit(generator, verbose=0)
        cpu += time.process_time() - before
        if not reached and np.mean(_answers(model, clean) == judged) >= GOAL:
            reached = cpu
        if epoch == EPOCHS:
            taken = {"seconds": time.monotonic() - began, "cpu_seconds": cpu}
            model.save("model.keras")
            answers = {"clean_answers": _answers(model, clean), "moved_answers": _answers(model, moved)}
        if epoch >= EPOCHS and (reached or augmented):
            break
    goal = {"goal_reached": reached > 0, "goal_cpu": reached or cpu}
    np.savez(told, kilobytes=Path("model.keras").stat().st_size / 1000, **taken, **goal, **answers)


def _answers(model: tf.keras.Model, shown: np.ndarray) -> np.ndarray:
    return model.predict(shown / 255, batch_size=500, verbose=0).argmax(axis=1)


def _generator(pictures: np.ndarray, labels: np.ndarray, seed: int) -> object:
    ranges = {"rotation_range": 20, "width_shift_range": 0.2, "height_shift_range": 0.2, "shear_range": 0.2,
              "zoom_range": 0.2, "horizontal_flip": True}  # fmt: skip
    make = tf.keras.preprocessing.image.ImageDataGenerator(**ranges)
    return make.flow(pictures, labels, batch_size=32, seed=seed)


if __name__ == "__main__":
    main(*sys.argv[1:])
