"""The same decoding and model without HTTP, in one process: ready, a line to start, then pictures/s."""

import sys
import time
from pathlib import Path

from tinysight.predictor import Predictor

if __name__ == "__main__":
    model, photo, seconds = sys.argv[1:]
    predictor, data, count = Predictor(Path(model)), Path(photo).read_bytes(), 0
    for _ in range(5):
        predictor.predict(data)
    print("ready", flush=True)
    sys.stdin.readline()
    started = time.perf_counter()
    while time.perf_counter() - started < float(seconds):
        predictor.predict(data)
        count += 1
    print(count / (time.perf_counter() - started))
