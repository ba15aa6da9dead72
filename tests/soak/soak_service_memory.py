"""200,000 mixed requests: what a service holds at rest, under load, and after it, with everything on.

It follows a registry, watches for drift, and keeps one picture in ten.
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench.bench import write  # noqa: E402 - tests/ is no package
from bench.process_tree import proportional_mib  # noqa: E402
from mixed_requests import mixed_requests, send  # noqa: E402
from registries import following, registry_of  # noqa: E402
from scraped import scrape, value  # noqa: E402
from serving import children  # noqa: E402
from watched_bundle import bundle_with_reference  # noqa: E402

MOST = {1: 120.0, 2: 190.0}  # MiB by workers, with the process that follows the registry
GROWTH = 1.1
LOOKS = 40
SHARE_OF_ONE = 0.25  # of the requests, for the service with one worker


def main(count: int) -> int:
    """Measures one and two workers, writes docs/figures/service_memory.json; 1 if it is not as promised."""
    figures = {str(workers): measure(workers, round(count * (SHARE_OF_ONE if workers == 1 else 1))) for workers in MOST}
    write("service_memory", {"workers": figures})
    return 1 if any(part["missed"] for part in figures.values()) else 0


def measure(workers: int, count: int) -> dict[str, object]:
    """What a service holds, in MiB: at its start, after a twentieth of the requests, at most, and at the end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            registry_of(bundle_with_reference(folder)) as registry,
            following(
                registry,
                folder,
                TINYSIGHT_WORKERS=str(workers),
                TINYSIGHT_POLL_SECONDS="2",
                TINYSIGHT_CAPTURE_DIR=str(folder / "captures"),
            ) as service,
        ):
            pid, requests = service.process.pid, mixed_requests("127.0.0.1")
            before, memory, statuses, began = (
                set(children(pid)),
                [proportional_mib(pid)],
                Counter[int](),
                time.monotonic(),
            )
            for look in range(LOOKS):
                statuses += send(service.url, requests, count // LOOKS, seed=look)
                memory.append(proportional_mib(pid))
            seconds, ended = time.monotonic() - began, len(before - set(children(pid)))
            time.sleep(3)
            memory.append(proportional_mib(pid))
            watched = round(value(scrape(service), "tinysight_drift_pictures_total"))
            kept = sum(file.stat().st_size for file in (folder / "captures").rglob("*.records"))
    figures = {
        "requests": statuses.total(),
        "requests_per_s": round(statuses.total() / seconds),
        "statuses": {str(status): times for status, times in sorted(statuses.items())},
        "workers_ended": ended,
        "watched_for_drift": watched,
        "captured_mb": round(kept / 1e6, 1),
        "mib": {"start": memory[0], "warm": memory[LOOKS // 20], "most": max(memory), "end": memory[-1]},
    }
    figures["mib"] = {name: round(mib, 1) for name, mib in figures["mib"].items()}
    print(workers, figures, [round(mib) for mib in memory], flush=True)
    missed = _missed(workers, memory, statuses, ended)
    if not (watched and kept):
        missed.append("the service watched for no drift or kept no picture: it was not measured with everything on")
    return figures | {"missed": missed}


def _missed(workers: int, memory: list[float], statuses: Counter[int], ended: int) -> list[str]:
    found = []
    if memory[0] > MOST[workers]:
        found.append(f"{memory[0]:.0f} MiB at the start; at most {MOST[workers]:.0f} was promised")
    if memory[-1] > GROWTH * max(memory[0], MOST[workers]):
        found.append(f"{memory[-1]:.0f} MiB at the end; at most {GROWTH} of {MOST[workers]:.0f} was promised")
    failed = {status: times for status, times in statuses.items() if status == 0 or status >= 500}
    return [*found, *([f"failed: {failed}"] if failed else []), *([f"{ended} workers ended"] if ended else [])]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000))
