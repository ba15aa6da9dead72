"""`make soak`: kills `dvc repro` at random moments, and asks each time for the same result."""

import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench.bench import write  # noqa: E402 - tests/ is no package
from pipelines import keep_models, shorten, verdict  # noqa: E402 - tests/ is no package
from projects import kill_after, make_project, run_in, start_in  # noqa: E402


def main(kills: int) -> int:
    """Runs a small pipeline once, then kills it `kills` times at random moments."""
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(Path(folder) / "project")
        shorten(project, epochs=1)
        keep_models(project, "majority", "svm")
        began = time.monotonic()
        run_in(project, "dvc", "repro")
        length, expected = time.monotonic() - began, verdict(project)["chosen"]
        wrong = sum(not survives(project, chance.uniform(0, length), expected) for _ in range(kills))
    figures: dict[str, object] = {"kills": kills, "wrong": wrong}
    print(figures)
    write("soak_kills", figures)
    return 1 if wrong else 0


def survives(project: Path, delay: float, expected: str) -> bool:
    """Kills a forced run after `delay` seconds; True if the next run ends with the same choice."""
    kill_after(delay, start_in(project, "dvc", "repro", "-f"))
    run_in(project, "dvc", "repro")
    return bool(verdict(project)["chosen"] == expected)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
