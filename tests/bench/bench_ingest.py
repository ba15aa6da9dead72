"""`make bench-ingest`: how close ingest comes to Pillow alone, and what memory it takes, also with ten times as many.

Both are whole programs, timed from their start to their end, in turns, so that a busy neighbour slows both. All
pictures are read once before, so that the disk plays no part. What Pillow alone does not do and ingest does: digests,
facts, exact windows for 16-bit counts, writing the pixels and a journal that a kill does not lose.
"""

import io
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.bench.ingest_ceiling import SIZE
from tests.bench.process_tree import proportional_mib
from tinysight.config import compose_text

HERE = Path(__file__).resolve().parent
CONF = HERE.parent.parent / "conf"
MANY = 200_000  # pictures of the run that shows what grows with their number
EVERY = 0.1  # seconds between two looks at the memory
MEBIBYTE_MB = 1.048576


@dataclass(frozen=True)
class Kind:
    """Pictures of one kind.

    Attributes:
        suffix: of their files.
        draw: makes one's bytes.
        count: how many files are measured.
        different: how many pictures they show; each file ends in bytes of its own, so that no digest comes twice.
    """

    suffix: str
    draw: Callable[[np.random.Generator], bytes]
    count: int
    different: int


def measure(rounds: int = 3, scale: float = 1.0) -> dict[str, Any]:
    """Measures both kinds of pictures.

    Args:
        rounds: pairs of runs, of which the medians are taken.
        scale: of the numbers of pictures; less than 1 while one works on it.
    """
    kinds = {
        "jpeg_640x480": Kind(".jpg", photo, round(20_000 * scale), 500),
        "png_16_bit_1024x1024": Kind(".png", microscopy, round(2_000 * scale), 100),
    }
    figures: dict[str, Any] = {"size": SIZE, "rounds": rounds}
    for name, kind in kinds.items():
        with tempfile.TemporaryDirectory() as folder:
            figures[name] = measure_kind(Path(folder), kind, rounds)
        print(name, figures[name])
    with tempfile.TemporaryDirectory() as folder:
        figures["many"] = measure_many(Path(folder), round(MANY * scale))
        print("many", figures["many"])
    return figures


def measure_kind(folder: Path, kind: Kind, rounds: int) -> dict[str, Any]:
    """Pictures a second, ratio, memory; and time and memory with a tenth of the pictures."""
    tenth = write_project(folder / "tenth", kind, kind.count // 10)
    whole = write_project(folder / "whole", kind, kind.count)
    ingest = [sys.executable, "-m", "tinysight.stages", "ingest"]
    ceiling = [sys.executable, str(HERE / "ingest_ceiling.py"), "data/raw"]
    run_timed(whole, ceiling)
    before, began = children_cpu(), time.perf_counter()
    run_timed(whole, ingest)
    cores = (children_cpu() - before) / (time.perf_counter() - began)
    runs = [[run_timed(*run) for run in ((whole, ceiling), (whole, ingest), (tenth, ingest))] for _ in range(rounds)]
    pillow, ours, ours_tenth = (statistics.median(times) for times in zip(*runs, strict=True))
    return {
        "pictures": kind.count,
        "file_bytes": int(statistics.mean(path.stat().st_size for path in whole.rglob(f"*{kind.suffix}"))),
        "pillow_per_s": round(kind.count / pillow, 1),
        "ingest_per_s": round(kind.count / ours, 1),
        "ratio": round(statistics.median(one[0] / one[1] for one in runs), 3),
        "ratios": [round(one[0] / one[1], 3) for one in runs],
        "cores_busy": round(cores, 2),
        "seconds": round(ours, 2),
        "seconds_tenth": round(ours_tenth, 2),
        "times_as_long": round(statistics.median(one[1] / one[2] for one in runs), 2),
        "peak_mb": round(peak_memory(whole, ingest)),
        "peak_mb_tenth": round(peak_memory(tenth, ingest)),
    }


def measure_many(folder: Path, count: int) -> dict[str, Any]:
    """Memory and time of very many small pictures; their files are links to a few."""
    project = write_project(folder, Kind(".jpg", thumbnail, 100, 100), 100)
    made = sorted((project / "data" / "raw").rglob("*.jpg"))
    for number in range(100, count):
        first = made[number % 100]
        os.link(first, first.with_name(f"{number:06d}.jpg"))
    ingest = [sys.executable, "-m", "tinysight.stages", "ingest"]
    return {"pictures": count, "seconds": round(run_timed(project, ingest), 1),
            "peak_mb": round(peak_memory(project, ingest))}  # fmt: skip


def write_project(folder: Path, kind: Kind, count: int) -> Path:
    """A folder that ingest runs in, with pictures of two classes."""
    random = np.random.default_rng(0)
    drawn = [kind.draw(random) for _ in range(min(kind.different, count))]
    for number in range(count):
        path = folder / "data" / "raw" / "ab"[number % 2] / f"{number:06d}{kind.suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(drawn[number % len(drawn)] + number.to_bytes(4, "big"))
    size, window = f"dataset.image_size={SIZE}", "dataset.window=[0,5000]"
    (folder / "params.yaml").write_text(compose_text(CONF, ["dataset=folder", size, window]))
    return folder


def photo(random: np.random.Generator) -> bytes:
    """A JPEG of 640×480: soft colours, blobs and grain."""
    y, x = np.mgrid[:480, :640].astype(np.float32)
    waves = [np.sin((x * a + y * b) * 0.006 + c) for a, b, c in random.uniform(-1, 6, (3, 3))]
    blobs = Image.fromarray(random.normal(128, 30, (60, 80, 3)).clip(0, 255).astype(np.uint8)).resize((640, 480))
    grain = random.normal(0, 5, (480, 640, 1))
    pixels = 60 * np.stack(waves, axis=-1) + np.asarray(blobs) + grain  # (480, 640, 3)
    return encode(pixels.clip(0, 255).astype(np.uint8), "JPEG", quality=85)


def microscopy(random: np.random.Generator) -> bytes:
    """A grey PNG of 1024×1024 with 16 bits: counts up to about 3,600, with the noise of a camera."""
    y, x = np.mgrid[:1024, :1024]
    across, down = random.uniform(0.002, 0.01, 2)
    counts = 2000 + 1500 * np.sin(x * across) * np.cos(y * down) + random.normal(0, 20, x.shape)
    return encode(counts.clip(0, 65535).astype(np.uint16), "PNG")


def thumbnail(random: np.random.Generator) -> bytes:
    """A JPEG of 64×64."""
    return encode(random.integers(0, 256, (64, 64, 3), dtype=np.uint8), "JPEG", quality=50)


def encode(pixels: np.ndarray, form: str, **options: int) -> bytes:
    """The bytes of a picture file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form, **options)
    return buffer.getvalue()


def run_timed(folder: Path, words: list[str]) -> float:
    """Seconds from the start of a program to its end."""
    began = time.perf_counter()
    subprocess.run(words, cwd=folder, check=True)
    return time.perf_counter() - began


def children_cpu() -> float:
    """Seconds of processor that ended programs took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak_memory(folder: Path, words: list[str]) -> float:
    """The most memory that a program and all processes below it have at one time, in MB, pages shared counted once."""
    run, most = subprocess.Popen(words, cwd=folder), 0.0
    while run.poll() is None:
        most = max(most, proportional_mib(run.pid) * MEBIBYTE_MB)
        time.sleep(EVERY)
    assert run.returncode == 0
    return most


if __name__ == "__main__":
    measure(rounds=3, scale=0.1)
