"""The same decoding and model without HTTP: as many processes as the service has, which do nothing else."""

import subprocess
import sys
import time
from pathlib import Path


def ceiling(model: Path, photo: Path, *, processes: int, seconds: float) -> float:
    """Pictures/s that some processes decode and classify together."""
    words = [sys.executable, __file__, str(model), str(photo), str(seconds)]
    running = [
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(processes)
    ]
    for process in running:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    return round(sum(float(process.communicate()[0]) for process in running), 1)


def _classify(model: Path, photo: Path, seconds: float) -> None:
    """Says that it is ready, waits for a line, and says how many pictures/s it was."""
    from tinysight.predictor import Predictor

    predictor, data, count = Predictor(model), photo.read_bytes(), 0
    for _ in range(50):
        predictor.predict(data)
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        predictor.predict(data)
        count += 1
    print(count / (time.perf_counter() - began))


if __name__ == "__main__":
    _classify(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
