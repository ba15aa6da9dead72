"""`python -m tests.bench.bench scoring`: how close many files at once come to decoding and the model alone; memory.

All are whole programs, timed from their start to their end, in turns. The ceiling lists the files and classifies them
in two processes, one by one and in groups; it writes nothing, keeps no order and survives nothing.
"""

import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import sklearn.datasets
from PIL import Image

from tests.bench.bench_ingest import children_cpu, run_timed
from tests.bench.process_tree import proportional_mib
from tests.bench.serving_model import make_photo

HERE = Path(__file__).resolve().parent
PHOTOS = (10_000, 100_000)
MANY = (10_000, 100_000, 1_000_000)  # small pictures of the runs that show what grows with their number
OFTEN = 10_000  # pictures that are measured in several rounds
DIFFERENT = 1_000  # files; more are links to them


def measure(rounds: int = 3, photos: tuple[int, ...] = PHOTOS, many: tuple[int, ...] = MANY) -> dict[str, Any]:
    """Measures both kinds of pictures.

    Args:
        rounds: of which the medians are taken, for up to 10,000 pictures. Larger numbers are measured once, and
            only up to 100,000 beside the ceiling.
        photos: numbers of photos of 54 KB.
        many: numbers of digits of 28 × 28 pixels.
    """
    figures: dict[str, Any] = {"rounds": rounds}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, str(HERE / "serving_model.py"), name], check=True, stdout=subprocess.DEVNULL)
        photo = make_photo()
        for kind, numbers, files in (
            ("photos", photos, [photo + number.to_bytes(2, "big") for number in range(100)]),
            ("digits", many, digits()),
        ):
            for count in numbers:
                figures[f"{kind}_{count}"] = measured = measure_kind(folder, files, count, rounds)
                print(kind, count, measured, flush=True)
    return figures


def measure_kind(folder: Path, files: list[bytes], count: int, rounds: int) -> dict[str, Any]:
    """Pictures a second beside the ceilings, and the most memory at a time."""
    link_files(folder / "pictures", files, count)
    ours = ["tinysight", "predict", "pictures", "--model", "model.onnx", "--out", "out.parquet", "--overwrite"]
    seconds, peak = run_watched(folder, ours)
    figures = {"pictures": count, "peak_mb": round(peak), "table_bytes": (folder / "out.parquet").stat().st_size}
    if count > PHOTOS[-1]:
        return {**figures, "seconds": round(seconds, 2), "per_s": round(count / seconds, 1)}
    runs = [
        ours,
        *([sys.executable, str(HERE / "scoring_ceiling.py"), "model.onnx", n, "pictures"] for n in ("1", "32")),
    ]
    rounds_of = [[run_counted(folder, words) for words in runs] for _ in range(rounds if count <= OFTEN else 1)]
    seconds, single, grouped = (statistics.median(one[0] for one in column) for column in zip(*rounds_of, strict=True))

    def share(program: int, of: int) -> float:
        """The median of what a ceiling takes for each second of ours."""
        return round(statistics.median(row[program][of] / row[0][of] for row in rounds_of), 3)

    return {
        **figures,
        "seconds": round(seconds, 2),
        "per_s": round(count / seconds, 1),
        "ceiling_one_by_one_per_s": round(count / single, 1),
        "ceiling_in_groups_per_s": round(count / grouped, 1),
        "of_ceiling_one_by_one": share(1, 0),
        "of_ceiling_in_groups": share(2, 0),
        "of_ceiling_in_groups_by_processor_time": share(2, 1),  # also says something on a busy machine
    }


def run_counted(folder: Path, words: list[str]) -> tuple[float, float]:
    """Seconds of a program from its start to its end, and seconds of processor that it and all below it took."""
    before = children_cpu()
    return run_timed(folder, words), children_cpu() - before


def run_watched(folder: Path, words: list[str]) -> tuple[float, float]:
    """Seconds of a program, and the most memory in MB that it and all below it have, pages shared counted once."""
    began, most = time.perf_counter(), 0.0
    run = subprocess.Popen(words, cwd=folder)
    while run.poll() is None:
        most = max(most, proportional_mib(run.pid) * 1.048576)
        time.sleep(0.25)
    assert run.returncode == 0
    return time.perf_counter() - began, most


def link_files(folder: Path, files: list[bytes], count: int) -> None:
    """A folder of so many files, of which only some are not links."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number in range(count):
        path = folder / f"{number:07d}.png"
        if number < len(files):
            path.write_bytes(files[number])
        else:
            os.link(folder / f"{number % len(files):07d}.png", path)


def digits() -> list[bytes]:
    """Handwritten digits as PNG files of 28 × 28."""
    made = []
    for pixels in sklearn.datasets.load_digits().images[:DIFFERENT]:
        file = io.BytesIO()
        Image.fromarray((pixels * 15.9).astype("uint8")).resize((28, 28)).save(file, "PNG")
        made.append(file.getvalue())
    return made


if __name__ == "__main__":
    measure(rounds=3, photos=(5_000,), many=(10_000,))
