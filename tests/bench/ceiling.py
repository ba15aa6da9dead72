"""The same decoding and model without HTTP: as many processes as the service has, which do nothing else."""

import subprocess
import sys
import time
from pathlib import Path


def ceiling(model: Path, photo: Path, *, processes: int, seconds: float) -> tuple[float, float]:
    """Pictures/s that some processes decode and classify together, and ms of CPU for each."""
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
    rates, cpu = zip(*(map(float, process.communicate()[0].split()) for process in running), strict=True)
    return round(sum(rates), 1), sum(cpu) / processes


def _classify(model: Path, photo: Path, seconds: float) -> None:
    """Says that it is ready, waits for a line, and says how many pictures/s it was and ms of CPU for one."""
    from tinysight.predictor import Predictor

    predictor, data, count = Predictor(model), photo.read_bytes(), 0
    for _ in range(50):
        predictor.predict(data)
    print("ready", flush=True)
    sys.stdin.readline()
    began, cpu = time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        predictor.predict(data)
        count += 1
    print(count / (time.perf_counter() - began), 1000 * (time.process_time() - cpu) / count)


if __name__ == "__main__":
    _classify(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
