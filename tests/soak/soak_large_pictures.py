"""`python -m tests.soak.soak_large_pictures`: the whole ladder on 20,000 JPEGs of 224×224 pixels in 4 GB of memory.

The kernel holds every stage to it; what each one holds and how long it takes is written down. Networks see few
pictures here: how long they train does not change what they hold. Takes over an hour, 15 GB in /tmp and Fashion-MNIST
(see conf/dataset/fashion_mnist.yaml), whose pictures are enlarged.
"""

import io
import json
import re
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bench.bench import write  # noqa: E402 - tests/ is no package
from cgroups import Cgroup, memory_limit  # noqa: E402
from PIL import Image  # noqa: E402
from projects import make_project, run_in, start_in  # noqa: E402
from tiny_datasets import make_params  # noqa: E402

from tinysight.config import write_params  # noqa: E402
from tinysight.data.sources.source import list_source  # noqa: E402
from tinysight.evaluation.process_tree import tree  # noqa: E402

SIDE, MOST_MIB, SHOWN, EVERY = 224, 3814, 6_000, 0.25  # pixels, 4 GB, pictures to each network, seconds
LEFT_OUT = {"register"}


def main(count: int) -> int:
    """Runs every stage but register, writes docs/figures/large_pictures.json; 1 if one is killed or fails."""
    with tempfile.TemporaryDirectory() as name:
        project = make_project(Path(name) / "project")
        write_pictures(project / "data" / "raw", count)
        _set(project / "conf/config.yaml", r"- dataset: \w+", "- dataset: folder")
        _set(project / "conf/dataset/folder.yaml", r"image_size: \d+", f"image_size: {SIDE}")
        _set(project / "conf/train/default.yaml", r"max_images: \d+", f"max_images: {SHOWN}")
        write_params(project / "conf", project / "params.yaml")
        with memory_limit(MOST_MIB) as group:
            if group is None:
                raise SystemExit("no control group can be made here: nothing would hold the stages to the limit")
            stages = run(project, group)
            killed = group.killed
        verdict = json.loads((project / "reports" / "verdict.json").read_text(encoding="utf-8"))
    failed = {one["name"]: one["reason"] for one in verdict["candidates"] if one["status"] != "ok"}
    largest = max(stages, key=lambda stage: stages[stage]["gb"])
    figures = {"pictures": count, "side": SIDE, "limit_mib": MOST_MIB, "killed": killed, "failed": failed,
               "largest": largest, "gb": stages[largest]["gb"], "stages": stages}  # fmt: skip
    print(figures)
    write("large_pictures", figures)
    return int(bool(killed or failed))


def write_pictures(folder: Path, count: int) -> None:
    """The first pictures of Fashion-MNIST's train side, enlarged, as JPEG, a folder a class."""
    files = list_source(make_params("dataset=fashion_mnist").dataset, ROOT).files
    for number, file in enumerate([file for file in files if file.split != "test"][:count]):
        place = folder / file.class_name / f"{number:05d}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(io.BytesIO(file.read())) as small:
            small.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(place, quality=90)


def run(project: Path, group: Cgroup) -> dict[str, dict[str, float]]:
    """Of each stage the most memory of its own and its seconds.

    In 10^9 bytes. Mapped files come on top; the kernel gives their room to others whenever it must, within the limit.
    """
    names = run_in(project, "dvc", "stage", "list", "--all", "--name-only").stdout.split()
    stages = {}
    for stage in [name for name in names if name not in LEFT_OUT]:
        joined = f"echo $$ > {group.folder}/cgroup.procs && exec dvc repro --single-item {stage}"
        began, most, running = time.monotonic(), 0.0, start_in(project, "sh", "-c", joined)
        while running.poll() is None:
            most = max(most, sum(_own_bytes(one) for one in tree(running.pid)))
            time.sleep(EVERY)
        stages[stage] = {"gb": round(most / 1e9, 2), "seconds": round(time.monotonic() - began)}
        print(stage, stages[stage], flush=True)
        if running.returncode:
            raise SystemExit(f"{stage} ended with {running.returncode}; the kernel ended {group.killed} processes")
    return stages


def _own_bytes(pid: int) -> float:
    with suppress(OSError):
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        return 1024 * sum(int(kib) for kib in re.findall(r"^Pss_(?:Anon|Shmem):\s+(\d+)", rollup, re.MULTILINE))
    return 0


def _set(file: Path, pattern: str, value: str) -> None:
    text, found = re.subn(pattern, value, file.read_text(encoding="utf-8"), count=1)
    assert found, f"{file} has no {pattern}"
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
