"""100,000 mutated pictures through the decoder, and 60,000 through a running service: nothing ends, fails or grows."""

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench.bench import write  # noqa: E402 - tests/ is no package
from hostile import Memory, decode_mutated, serve_mutated, slope  # noqa: E402
from serving import make_bundle, running  # noqa: E402

MOST_GROWTH = 1.0  # MiB in 10,000 pictures, after the warm-up
SHARE_SERVED = 0.6  # of the pictures go through the service as well; it takes 20,000 to have met every kind of failure


def main(count: int) -> int:
    """Runs both and writes docs/figures/hostile.json; 1 if anything was not as promised."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.monotonic()
        decoded = decode_mutated(count, folder)
        seconds = time.monotonic() - began
        figures = {
            "decoder": {
                "pictures": decoded.outcomes.total(),
                "outcomes": dict(decoded.outcomes.most_common()),
                "crashes": decoded.crashes,
                "slowest_ms": round(1000 * decoded.slowest[0], 1),
                "seconds": round(seconds),
                **_growth(decoded.memory),
            }
        }
        print(figures["decoder"], flush=True)
        with running(make_bundle(folder / "bundle"), folder, TINYSIGHT_WORKERS="2") as service:
            served = serve_mutated(service, round(count * SHARE_SERVED))
        figures["service"] = {
            "pictures": served.statuses.total(),
            "statuses": {str(status): times for status, times in sorted(served.statuses.items())},
            "workers_ended": served.ended,
            **_growth(served.memory),
        }
        print(figures["service"])
    write("hostile", figures)
    grows = max(float(str(part["mib_per_10000"])) for part in figures.values())
    return 1 if decoded.crashes or decoded.bugs or served.wrong or served.ended or grows > MOST_GROWTH else 0


def _growth(memory: Memory) -> dict[str, object]:
    return {"mib": [memory[0][1], memory[-1][1]], "mib_per_10000": round(slope(memory), 3)}


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
