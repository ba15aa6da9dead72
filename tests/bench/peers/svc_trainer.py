"""scikit-learn's SVC on pixels: `svc_trainer.py IN.npz OUT.npz SEED`."""

import pickle
import sys
import time

import numpy as np
from sklearn.svm import SVC


def main(given: str, told: str, seed: str) -> None:
    """Trains with the settings that are usual for such pictures, predicts, and writes what it took."""
    with np.load(given) as arrays:
        images, labels, clean, moved = (_flat(arrays[name]) for name in ("images", "labels", "clean", "moved"))
    wall, cpu = time.monotonic(), time.process_time()
    model = SVC(C=10, random_state=int(seed)).fit(images, labels)
    taken = {"seconds": time.monotonic() - wall, "cpu_seconds": time.process_time() - cpu}
    np.savez(told, kilobytes=len(pickle.dumps(model)) / 1000, **taken,
             clean_answers=model.predict(clean), moved_answers=model.predict(moved))  # fmt: skip


def _flat(array: np.ndarray) -> np.ndarray:
    return array if array.ndim == 1 else array.mean(axis=-1).reshape(len(array), -1) / 255


if __name__ == "__main__":
    main(*sys.argv[1:])
