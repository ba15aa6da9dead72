"""Two workers and the process that follows the registry in 256 MB in all, under mixed load with large pictures."""

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench.bench import write  # noqa: E402 - tests/ is no package
from cgroups import memory_limit  # noqa: E402
from small_machine import serve_in  # noqa: E402

LIMIT = 256  # MiB


def main(count: int) -> int:
    """Writes docs/figures/small_machine.json; 1 if a process was ended or a request failed."""
    with tempfile.TemporaryDirectory() as name, memory_limit(LIMIT) as group:
        began = time.monotonic()
        small = serve_in(group, Path(name), count)
        seconds = time.monotonic() - began
    figures = small.figures() | {"limit_mib": LIMIT, "held_by_the_kernel": group is not None, "seconds": round(seconds)}
    print(figures)
    write("small_machine", figures)
    return 1 if small.trouble(LIMIT) else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
