"""`tinysight predict --out` is killed at any moment, started again, and makes the table that it always makes."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from onnx_models import tiny_model
from pictures import PHOTOS
from projects import kill_after, project_environment, run_in, start_in

PICTURES = 950  # enough that a run takes longer than a signal on a busy machine
BROKEN = range(7, PICTURES, 50)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Links to photos, with broken files between them, and the table of a run that nobody disturbs."""
    folder = tmp_path_factory.mktemp("kills")
    (folder / "in").mkdir()
    photo, broken = folder / "photo.jpg", folder / "broken.jpg"
    photo.write_bytes((PHOTOS / "china.jpg").read_bytes())
    broken.write_bytes(photo.read_bytes()[:5000])
    for number in range(PICTURES):
        os.link(broken if number in BROKEN else photo, folder / "in" / f"{number:04d}.jpg")
    tiny_model(folder / "model.onnx", image_size=64)
    run_in(folder, *words("whole.parquet"), fails=True)
    return folder


def words(out: str) -> tuple[str, ...]:
    return ("tinysight", "predict", "in", "--model", "model.onnx", "--out", out)


def stopped_half_done(folder: Path, out: str, size: int, number: int) -> tuple[int, str]:
    """Exit code and last words of a run that got a signal when its journal had so many bytes, before its end."""
    scores = folder / f"{out}.unfinished" / "scores"
    for _ in range(20):
        run = subprocess.Popen(words(out), cwd=folder, env=project_environment(), stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, start_new_session=True)  # fmt: skip
        while run.poll() is None and not (scores.exists() and scores.stat().st_size >= size):
            time.sleep(0.002)
        with suppress(ProcessLookupError):
            os.killpg(run.pid, number)
        said = run.communicate(timeout=60)[1]
        if not (folder / out).exists():
            return run.returncode, said
        (folder / out).unlink()
    pytest.fail("it was never stopped before its end")


def finish(folder: Path, out: str) -> None:
    done = run_in(folder, *words(out), fails=True)
    assert f"{PICTURES} pictures, {len(BROKEN)} of them failed" in done.stdout
    assert (folder / out).read_bytes() == (folder / "whole.parquet").read_bytes()
    assert not (folder / f"{out}.unfinished").exists()
    (folder / out).unlink()


def test_killed_again_and_again_it_ends_as_if_nothing_had_been(folder: Path) -> None:
    out = "out.parquet"
    for size in (1, 3_000):
        assert stopped_half_done(folder, out, size, signal.SIGKILL)[0] == -signal.SIGKILL
        assert (folder / f"{out}.unfinished" / "scores").stat().st_size >= size
        assert not (folder / out).exists()
    finish(folder, out)


@pytest.fixture
def heard_ctrl_c() -> Iterator[None]:
    """A shell starts what it runs in the background deaf to Ctrl-C, and tests that run there hand that down."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard_ctrl_c")
def test_ctrl_c_ends_cleanly_and_says_how_to_go_on(folder: Path) -> None:
    """As a terminal does it: everybody in the group gets the signal."""
    code, said = stopped_half_done(folder, "out.parquet", 1, signal.SIGINT)
    assert code == 130
    assert said == "stopped: the same command goes on from here\n"
    assert sorted(path.name for path in (folder / "out.parquet.unfinished").iterdir()) == [
        "listing",
        "lock",
        "scores",
        "work.json",
    ]
    finish(folder, "out.parquet")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_killed_at_random_moments(folder: Path, seed: int) -> None:
    chance, out = random.Random(seed), "out.parquet"
    for _ in range(3):
        kill_after(chance.uniform(0, 1.5), start_in(folder, *words(out), "--overwrite"))
    if (folder / out).exists():  # it had been finished before it was killed
        (folder / out).unlink()
    finish(folder, out)
