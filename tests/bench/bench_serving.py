"""`make bench-serving`: our service with everything on, the same work without HTTP, and what one could pick instead.

All servers decode the same photo and run the same network. Ours and the ceiling take their turns beside each other,
each now first, now second; between those pairs a few peers have theirs. Every ratio is of two turns that were beside
each other, so that a machine that drifts drifts for both; a figure is the median of its turns in this one run.
"""

import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from registries import registry_of  # noqa: E402 - tests/ is no package

from tests.bench import http_load  # noqa: E402
from tests.bench.ceiling import ceiling  # noqa: E402
from tests.bench.contenders import RIVALS, Contender, tinysight  # noqa: E402
from tests.bench.one_server import CONCURRENCY, Figures, one_turn  # noqa: E402
from tests.bench.serving_figure import draw  # noqa: E402
from tests.bench.serving_table import missed, table, turns_of  # noqa: E402

FIGURE = ROOT / "docs" / "figures" / "serving.png"
WORKERS = 2
PAIRS = 3  # of ours and the ceiling in a round, in which each peer has one turn
Turns = dict[str, list[Figures]]


def measure(*, rounds: int = 3, seconds: float = 6.0) -> Figures:
    """Measures all servers and the ceiling in turns; prints the table, what falls short of it, and draws the figure.

    Args:
        rounds: turns of each peer; ours and the ceiling have three times as many.
        seconds: of load in each turn.
    """
    with tempfile.TemporaryDirectory() as name:
        served = Path(name)
        make = [sys.executable, "-m", "tests.bench.serving_model", name]
        subprocess.run(make, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
        with registry_of(served / "bundle") as registry:
            ours = tinysight(registry.url)
            for server in (ours, *RIVALS):
                server.command(0)  # makes what is missing before anything is timed
            turns = _all_turns(ours, rounds, served, seconds)
    rows = {name: _summary(found) for name, found in turns.items()}
    short = missed(rows)
    print(
        table(rows), turns_of(rows), *([f"falls short: {line}" for line in short] or ["nothing falls short"]), sep="\n"
    )
    draw(rows, FIGURE)
    about = {"concurrency": CONCURRENCY, "rounds": rounds, "pairs": rounds * PAIRS, "seconds": seconds}
    return {**about, "load": http_load.generator(), "servers": rows, "missed": short}


def _all_turns(ours: Contender, rounds: int, served: Path, seconds: float) -> Turns:
    """What was measured in each turn of each, by name; the ceiling last."""
    turns: Turns = defaultdict(list)
    for peers in _between_pairs(rounds):
        own, most = _pair(ours, served, seconds, first=len(turns[ours.name]) % 2 == 0)
        for server, row in ((ours, own), *((peer, one_turn(peer, served, seconds)) for peer in peers)):
            row["of_ceiling"] = row["requests_per_s"] / most["requests_per_s"]
            row["ours_is"] = own["requests_per_s"] / row["requests_per_s"]
            turns[server.name].append(row)
            print(f"{server.name}: {row['requests_per_s']:.0f}/s, {row['of_ceiling']:.3f} of the ceiling", flush=True)
        turns["ceiling"].append(most)
    turns["ceiling"] = turns.pop("ceiling")
    return dict(turns)


def _between_pairs(rounds: int) -> Iterator[Sequence[Contender]]:
    """The peers that follow each pair of ours and the ceiling; every one of them once a round."""
    for _ in range(rounds):
        for number in range(PAIRS):
            yield RIVALS[number * len(RIVALS) // PAIRS : (number + 1) * len(RIVALS) // PAIRS]


def _pair(ours: Contender, served: Path, seconds: float, *, first: bool) -> tuple[Figures, Figures]:
    """A turn of ours and one of the ceiling, in this order or the other."""
    own = one_turn(ours, served, seconds) if first else None
    rate, cpu = ceiling(served / "model.onnx", served / "photo.jpg", processes=WORKERS, seconds=seconds)
    print(f"without HTTP: {rate:.0f}/s", flush=True)
    return own or one_turn(ours, served, seconds), {"requests_per_s": rate, "cpu_ms": cpu}


def _summary(turns: list[Figures]) -> Figures:
    """Medians, the sum of errors, and each turn's rate and ratios."""
    combined: dict[str, Callable[[list[float]], float]] = {"errors": sum, "drift_watched": min}
    figures = {key: combined.get(key, statistics.median)([turn[key] for turn in turns]) for key in turns[0]}
    ratios = [key for key in ("requests_per_s", "of_ceiling", "ours_is") if key in turns[0]]
    return {
        **{key: round(figure, 3) for key, figure in figures.items()},
        "turns": {key: [round(turn[key], 3) for turn in turns] for key in ratios},
    }


if __name__ == "__main__":
    measure(rounds=1, seconds=2.0)
