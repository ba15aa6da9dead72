"""`make soak-following`: the alias moves 50 times under load at concurrency 8, between two versions that differ."""

import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench.bench import write  # noqa: E402 - tests/ is no package
from bench.process_tree import proportional_mib  # noqa: E402
from registries import following, ready, registry_of  # noqa: E402
from serving import PHOTOS, make_bundle  # noqa: E402
from steady_load import SteadyLoad  # noqa: E402

POLL_SECONDS = 2.0
PROMISE = POLL_SECONDS + 2  # seconds until all workers serve the version that the alias names
WATCHED = 1.0  # seconds for which no other version may answer after that


def main(moves: int) -> int:
    """Moves the alias, and looks for answers that failed, were wrong for their version, or came too late."""
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bundles = {number: make_bundle(folder / number, seed=int(number)) for number in "12"}
        with registry_of(bundles["1"]) as registry:
            registry.bundles = bundles
            with (
                following(registry, folder, TINYSIGHT_POLL_SECONDS=str(POLL_SECONDS)) as service,
                SteadyLoad(service.url, PHOTOS[0].read_bytes(), bundles) as load,
            ):
                before, began, delays = proportional_mib(service.process.pid), time.monotonic(), []
                for move in range(moves):
                    registry.version = "21"[move % 2]
                    delays.append(_delay(load, registry.version))
                    time.sleep(chance.uniform(0, POLL_SECONDS))  # at any moment between two questions
                seconds, after = time.monotonic() - began, proportional_mib(service.process.pid)
                told = load.figures(delays, seconds, poll=POLL_SECONDS, promise=PROMISE)
                memory = {"pss_mib": [round(before, 1), round(after, 1)]}
                figures = {"moves": len(delays), "clients": load.clients, **told, **memory}
                trouble = ready(service)["trouble"]
    print(figures)
    write("following", figures)
    return 1 if load.wrong or trouble or max(delays) > PROMISE else 0


def _delay(load: SteadyLoad, version: str) -> float:
    """Seconds from the move until the last answer of another version."""
    moved = time.monotonic()
    time.sleep(PROMISE + WATCHED)
    return load.last_of_others(version, moved)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
