"""`make soak`: kills `tinysight import` at random moments, and asks each time for the same result."""

import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench.bench import write  # noqa: E402 - tests/ is no package
from pictures import files_below  # noqa: E402 - tests/ is no package
from projects import kill_after, make_project, run_in, start_in  # noqa: E402

PICTURES = 60
WAYS = ("--replace", "--add", "--update")


def main(kills: int) -> int:
    """Imports two folders by turns, each time killed once and started again."""
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder) / "project")
        sources = [write_pictures(Path(folder) / name, seed) for seed, name in enumerate(("one", "two"))]
        began = time.monotonic()
        run_in(project, "tinysight", "import", str(sources[0]))
        length, wrong = time.monotonic() - began, 0
        for number in range(kills):
            source, way = sources[number % 2], WAYS[number % 3]
            wrong += not survives(project, source, way, chance.uniform(0, length))
    figures: dict[str, object] = {"kills": kills, "wrong": wrong}
    print(figures)
    write("soak_import", figures)
    return 1 if wrong else 0


def write_pictures(folder: Path, seed: int) -> Path:
    """Noise in four classes, 1 MB a picture; the second folder has half of the first one's pictures."""
    noise = np.random.default_rng(0).integers(0, 256, (600, 600, 3), dtype=np.uint8)
    for number in range(seed * PICTURES // 2, PICTURES + seed * PICTURES // 2):
        path = folder / "abcd"[(number + seed) % 4] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.roll(noise, number, axis=1)).save(path, compress_level=0)
    return folder


def survives(project: Path, source: Path, way: str, delay: float) -> bool:
    """Kills an import after `delay` seconds; True if the next one ends as an undisturbed one would."""
    raw = project / "data" / "raw"
    before = set(files_below(raw).values())
    kill_after(delay, start_in(project, "tinysight", "import", str(source), way))
    run_in(project, "tinysight", "import", str(source), way)
    wanted = {*files_below(source).values()} | (before if way != "--replace" else set())
    clean = "up to date" in run_in(project, "dvc", "status", "data/raw.dvc").stdout
    rubbish = list((project / "data").glob("*.part"))
    return {*files_below(raw).values()} == wanted and clean and not rubbish


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
