"""What keeping pictures costs: the same service with and without it, loaded in short turns, one ratio a pair.

A machine that drifts drifts for both of a pair; the order changes from pair to pair. The model is untrained and sure of
nothing, so that three times the rate is kept: one picture in ten.
"""

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from scraped import scrape, value  # noqa: E402 - tests/ is no package
from serving import Running, running  # noqa: E402

from serve.captures import UNSURE  # noqa: E402
from tests.bench import http_load  # noqa: E402
from tests.bench.process_tree import cpu_seconds  # noqa: E402

CONCURRENCY, WORKERS = 8, 2
RATE = 0.1 / UNSURE
WARM_UP = 2.0  # seconds
DRAWN, LOST = ("sample", "unsure", "unknown"), ("queue", "disk", "full")
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
            numbers = scrape(with_)
    ratios = {what: [turn["with"][what] / turn["without"][what] for turn in turns] for what in ("rate", "cpu_ms")}
    figures = {
        "pairs": pairs, "seconds": seconds, "capture_rate": round(RATE, 4), "load": http_load.generator(),
        **{one: {what: _median(turn[one][what] for turn in turns) for what in ratios} for one in ("without", "with")},
        "ratio_of_requests_per_s": {"median": _median(ratios["rate"]), "of_pairs": _rounded(ratios["rate"])},
        "ratio_of_cpu_per_request": {"median": _median(ratios["cpu_ms"]), "of_pairs": _rounded(ratios["cpu_ms"])},
        "promised": PROMISE,
        "kept": {why: value(numbers, "tinysight_captures_total", reason=why) for why in DRAWN},
        "lost": {why: value(numbers, "tinysight_captures_lost_total", reason=why) for why in LOST},
        "answered": value(numbers, "tinysight_confidence_count"),
    }  # fmt: skip
    print(figures)
    return figures


def _median(values: Iterable[float]) -> float:
    return round(statistics.median(values), 3)


def _rounded(values: Iterable[float]) -> list[float]:
    return sorted(round(value, 3) for value in values)


def _turns(services: dict[str, Running], photo: Path, pairs: int, seconds: float) -> list[dict[str, dict[str, float]]]:
    def load(service: Running, seconds: float) -> dict[str, float]:
        before = cpu_seconds(service.process.pid)
        seen = http_load.post(f"{service.url}/predict", photo, concurrency=CONCURRENCY, seconds=seconds)
        assert not seen.errors, seen
        cpu_ms = 1000 * (cpu_seconds(service.process.pid) - before) / seen.requests
        return {"rate": seen.requests_per_s, "cpu_ms": cpu_ms}

    for service in services.values():
        load(service, WARM_UP)
    turns = []
    for pair in range(pairs):
        order = sorted(services, reverse=bool(pair % 2))
        turns.append({one: load(services[one], seconds) for one in order})
    return turns
