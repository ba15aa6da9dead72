"""Reading, decoding and the model, in as many processes as there are cores, and nothing else: what could be had.

`python tests/bench/scoring_ceiling.py MODEL AT_ONCE FOLDER`: every process takes its share of the files as they come.
"""

import os
import sys
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from tinysight.predictor import Predictor


def classify(model: str, at_once: int, files: list[str]) -> None:
    """Classifies files, some in one run of the model, and forgets the answers."""
    predictor = Predictor(Path(model))
    for at in range(0, len(files), at_once):
        decoded = []
        for file in files[at : at + at_once]:
            with open(file, "rb", buffering=0) as opened:  # noqa: PTH123, a Path takes longer
                decoded.append(predictor.decode(opened.read()))
        predictor.probabilities(np.stack(decoded))


if __name__ == "__main__":
    model, at_once, folder = sys.argv[1:]
    with os.scandir(folder) as entries:
        files = [entry.path for entry in entries]
    cores = len(os.sched_getaffinity(0))
    context = get_context("fork")
    processes = [context.Process(target=classify, args=(model, int(at_once), files[k::cores])) for k in range(cores)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    sys.exit(max(process.exitcode or 0 for process in processes))
