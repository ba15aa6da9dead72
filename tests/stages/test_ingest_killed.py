"""An ingest killed at any moment goes on where it stopped, and ends with the same bytes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from pictures import files_below
from PIL import Image
from projects import ROOT, project_environment, run_in

from tinysight.config import compose_text
from tinysight.data.cores import BATCH
from tinysight.data.journal import KEPT_BACK
from tinysight.paths import Paths

COUNT = 600
INGEST = (sys.executable, "-m", "tinysight.stages", "ingest")
SMALL = "dataset.image_size=8"
BROKEN = ("a/000.png", "a/300.png", "b/599.png")
IN_WORK = KEPT_BACK + 3 * BATCH * len(os.sched_getaffinity(0))  # decoded, perhaps, but not written down yet

# Python runs it first of all: each decoding is counted and takes a while, and those from PAUSE_AT on wait for the kill
COUNTED = """
import os, time
import tinysight.data.reading as reading
decode = reading.decode_with_header
def counted(data, decoding):
    counter = os.open(os.environ["COUNTER"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(counter, b".")
    decoded = os.fstat(counter).st_size
    os.close(counter)
    time.sleep(60 if decoded >= int(os.environ.get("PAUSE_AT", decoded + 1)) else 0.002)
    return decode(data, decoding)
reading.decode_with_header = counted
"""


class Work:
    """A project with COUNT pictures, some of them broken, and a counter of decodings."""

    def __init__(self, project: Path, folder: Path) -> None:
        self.paths, self.counter = Paths(project), folder / "counter"
        (folder / "sitecustomize.py").write_text(COUNTED)
        self.more = {"PYTHONPATH": str(folder), "COUNTER": str(self.counter)}

    @property
    def decoded(self) -> int:
        return self.counter.stat().st_size if self.counter.exists() else 0

    def finish(self) -> dict[str, bytes]:
        """Runs ingest to its end; what it wrote, by name."""
        run_in(self.paths.root, *INGEST, **self.more)
        return files_below(self.paths.dataset)

    def kill_after(self, decodings: int, whole_group: bool) -> None:
        """Starts ingest and kills it, its processes with it or not, when so many pictures more are decoded."""
        until = self.decoded + decodings
        environment = project_environment(**self.more, PAUSE_AT=str(until))
        run = subprocess.Popen(INGEST, cwd=self.paths.root, env=environment, start_new_session=True)
        while self.decoded < until:
            assert run.poll() is None
            time.sleep(0.005)
        (os.killpg if whole_group else os.kill)(run.pid, signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL

    def leftovers(self) -> list[Path]:
        kept = self.paths.cache / "ingest"
        return [*kept.glob("*/*"), *self.paths.dataset.parent.glob("*.part")]


@pytest.fixture
def work(tmp_path: Path) -> Work:
    raw = tmp_path / "project" / "data" / "raw"
    random = np.random.default_rng(0)
    for number in range(COUNT):
        path = raw / "ab"[number % 2] / f"{number:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (9, 9, 3), dtype=np.uint8)).save(path)
    for name in BROKEN:
        (raw / name).write_bytes(b"broken")
    (tmp_path / "project" / "params.yaml").write_text(compose_text(ROOT / "conf", ["dataset=folder", SMALL]))
    return Work(tmp_path / "project", tmp_path)


@pytest.mark.parametrize("whole_group", [True, False], ids=["with its processes", "alone"])
def test_killed_again_and_again_it_decodes_hardly_a_picture_twice(work: Work, whole_group: bool) -> None:
    for decodings in (COUNT // 2, COUNT // 4, COUNT // 8):
        work.kill_after(decodings, whole_group)
        assert work.leftovers()
    resumed = work.finish()
    assert COUNT <= work.decoded <= COUNT + 3 * (IN_WORK + len(BROKEN))
    assert work.leftovers() == []
    assert resumed == work.finish()  # from the start
    assert json.loads(resumed["dataset.json"])["images"] == COUNT - len(BROKEN)


@pytest.mark.parametrize("decodings", [0, 1, COUNT - 1])
def test_killed_at_the_start_or_the_end_it_ends_the_same(work: Work, decodings: int) -> None:
    work.kill_after(decodings, whole_group=True)
    resumed = work.finish()
    assert resumed == work.finish()


def test_a_file_that_changed_in_between_is_read_again(work: Work) -> None:
    work.kill_after(COUNT // 2, whole_group=True)
    path = work.paths.raw / "a" / "002.png"
    status = path.stat()
    content = bytearray(path.read_bytes())
    Image.new("RGB", (9, 9)).save(path)
    path.write_bytes(path.read_bytes().ljust(len(content), b"\0"))  # as long as before, and as old
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    resumed = work.finish()
    assert np.load(work.paths.dataset / "pixels.npy")[0].max() == 0  # the first one, 000, is broken
    assert resumed == work.finish()


def test_another_size_of_pictures_is_other_work_and_clears_the_old_away(work: Work) -> None:
    work.kill_after(COUNT // 2, whole_group=True)
    work.paths.params.write_text(work.paths.params.read_text().replace("image_size: 8", "image_size: 16"))
    work.finish()
    assert np.load(work.paths.dataset / "pixels.npy").shape[1:] == (16, 16, 3)
    assert work.leftovers() == []
