"""What keeping pictures costs: the same service with and without it, loaded in short turns, one ratio a pair.

A machine that drifts drifts for both of a pair; the order changes from pair to pair.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from serving import Running, running  # noqa: E402 - tests/ is no package

from tests.bench import http_load  # noqa: E402
from tinysight.records import read_captures  # noqa: E402

CONCURRENCY, WORKERS, RATE = 8, 2, 0.1
WARM_UP = 2.0  # seconds
PROMISE = 0.95  # of the throughput without


def measure(*, pairs: int = 11, seconds: float = 4.0) -> dict[str, Any]:
    """Throughput with capture at 10 % of what it is without, and what was kept meanwhile.

    Args:
        pairs: of turns.
        seconds: of load in each turn.
    """
    with tempfile.TemporaryDirectory() as name:
        folder, kept = Path(name), Path(name) / "kept"
        make = [sys.executable, "-m", "tests.bench.serving_model", name]
        subprocess.run(make, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
        for one in ("without", "with"):
            (folder / one).mkdir()
        own = {"TINYSIGHT_WORKERS": str(WORKERS)}
        on = own | {"TINYSIGHT_CAPTURE_DIR": str(kept), "TINYSIGHT_CAPTURE_RATE": str(RATE)}
        bundle = folder / "bundle"
        with (
            running(bundle, folder / "without", **own) as without,
            running(bundle, folder / "with", **on) as with_,
        ):
            turns = _turns({"without": without, "with": with_}, folder / "photo.jpg", pairs, seconds)
            lost = with_.ask("GET", "/metrics")[2].decode().partition("captures_lost_total{")[2].splitlines()[:3]
        held = [one.reason for one in read_captures(kept)]
    ratios = sorted(turn["with"] / turn["without"] for turn in turns)
    figures = {
        "pairs": pairs, "seconds": seconds, "rate": RATE, "load": http_load.generator(),
        "requests_per_s": {one: round(statistics.median(turn[one] for turn in turns)) for one in ("without", "with")},
        "ratio": {"median": round(statistics.median(ratios), 3), "of_pairs": [round(ratio, 3) for ratio in ratios]},
        "promised": PROMISE, "held_at_the_end": len(held), "lost": [line.rpartition(" ")[2] for line in lost],
    }  # fmt: skip
    print(figures)
    return figures


def _turns(services: dict[str, Running], photo: Path, pairs: int, seconds: float) -> list[dict[str, float]]:
    def load(service: Running, seconds: float) -> float:
        seen = http_load.post(f"{service.url}/predict", photo, concurrency=CONCURRENCY, seconds=seconds)
        assert not seen.errors, seen
        return seen.requests_per_s

    for service in services.values():
        load(service, WARM_UP)
    turns = []
    for pair in range(pairs):
        order = sorted(services, reverse=bool(pair % 2))
        turns.append({one: load(services[one], seconds) for one in order})
    return turns
