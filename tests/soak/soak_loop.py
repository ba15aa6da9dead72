"""Goes once round the loop of feedback, drift and retraining, and writes docs/figures/loop.json; minutes."""

import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench.bench import write  # noqa: E402 - tests/ is no package
from whole_loop import go_round  # noqa: E402


def main() -> int:
    """1 if it did not end with a better release."""
    with tempfile.TemporaryDirectory() as folder:
        figures = go_round(Path(folder))
    write("loop", asdict(figures))
    return 0 if figures.ending == "released" and figures.accuracy[1] > figures.accuracy[0] else 1


if __name__ == "__main__":
    sys.exit(main())
