"""`make bench`: every benchmark, paired within one run; prints tables and writes dated figures."""

import datetime
import json
import os
import platform
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from tinysight.whole_file import write_whole

FIGURES = Path(__file__).resolve().parent.parent.parent / "docs" / "figures"
BENCHES = ("augmentation", "near_duplicates")  # the others take long or install much: `make bench-fashion` and so on


def main(names: list[str]) -> int:
    """Runs the named benchmarks, or all."""
    for name in names or BENCHES:
        measure: Callable[[], dict[str, object]] = import_module(f"tests.bench.bench_{name}").measure
        write(name, measure())
    return 0


def earlier(name: str) -> dict[str, Any]:
    """The figures of earlier calls, for a benchmark that adds to them."""
    path = FIGURES / f"{name}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["figures"]) if path.exists() else {}


def write(name: str, figures: dict[str, object]) -> None:
    """Writes docs/figures/NAME.json with the date and the kind of machine."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    machine = {
        "cores": len(os.sched_getaffinity(0)),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }
    content = {"date": datetime.datetime.now(datetime.UTC).date().isoformat(), "on": machine, "figures": figures}
    path = FIGURES / f"{name}.json"
    write_whole(path, json.dumps(content, indent=1) + "\n")
    print(f"written: {path.relative_to(FIGURES.parent.parent)}")
    import_module("tests.bench.answers").fill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
