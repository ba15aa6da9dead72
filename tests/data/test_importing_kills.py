"""The real command, killed with SIGKILL at several moments and started again, ends as if nothing had happened."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pictures import files_below
from PIL import Image
from projects import kill_after, make_project, run_in, start_in

from tinysight.paths import Paths

FILES = 40
# Python runs it first of all: copying takes long enough for a busy machine to see it
SLOW_COPIES = """
import shutil, time
copyfile = shutil.copyfile
shutil.copyfile = lambda *words, **more: time.sleep(0.05) or copyfile(*words, **more)
"""
Moment = Callable[[Paths], bool]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of 1.5 MB, so that copying them takes a while."""
    folder, random = tmp_path_factory.mktemp("kills") / "large", np.random.default_rng(0)
    noise = random.integers(0, 256, (700, 700, 3), dtype=np.uint8)
    for number in range(FILES):
        path = folder / "abcd"[number % 4] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.roll(noise, number, axis=1)).save(path, compress_level=0)
    return folder


@pytest.fixture(scope="module")
def undisturbed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an import that nobody kills leaves."""
    paths = Paths(make_project(tmp_path_factory.mktemp("undisturbed") / "project"))
    run_in(paths.root, "tinysight", "import", str(source))
    return left_by(paths)


def left_by(paths: Paths) -> dict[str, bytes]:
    pictures = {f"raw/{path}": content for path, content in files_below(paths.raw).items()}
    return {**pictures, "conf": b"".join(content for _, content in sorted(files_below(paths.conf).items())),
            "params": paths.params.read_bytes(), "raw.dvc": (paths.root / "data" / "raw.dvc").read_bytes()}  # fmt: skip


def some_are_copied(paths: Paths) -> bool:
    return len(list(paths.raw.with_name("raw.part").rglob("*.png"))) > 5


def dvc_is_at_work(paths: Paths) -> bool:
    return paths.raw.exists() and any((paths.root / ".dvc" / "cache").glob("files/md5/*/*"))


def dvc_is_done(paths: Paths) -> bool:
    return (paths.root / "data" / "raw.dvc").exists()


def kill_at(moment: Moment, paths: Paths, source: Path) -> bool:
    """Starts the import and kills it; True if it was still at work."""
    slow = source.parent / "slow"
    slow.mkdir(exist_ok=True)
    (slow / "sitecustomize.py").write_text(SLOW_COPIES)
    more = {"PYTHONPATH": str(slow)} if moment is some_are_copied else {}
    run = start_in(paths.root, "tinysight", "import", str(source), **more)
    while run.poll() is None and not moment(paths):
        time.sleep(0.0005)
    at_work = run.poll() is None
    kill_after(0, run)
    return at_work


@pytest.mark.slow  # three kills of a real import are 20 seconds together
@pytest.mark.parametrize("moment", [some_are_copied, dvc_is_at_work, dvc_is_done])
def test_started_again_it_goes_on_and_ends_the_same(
    moment: Moment, source: Path, undisturbed: dict[str, bytes], project: Path
) -> None:
    paths = Paths(project)
    assert kill_at(moment, paths, source)
    draft = paths.raw.with_name("raw.part")
    copied = {path.name: path.stat().st_ino for path in draft.rglob("*.png")}
    assert bool(copied) == (moment is some_are_copied)
    run_in(project, "tinysight", "import", str(source))
    assert left_by(paths) == undisturbed
    assert not list((project / "data").glob("*.part"))
    assert "up to date" in run_in(project, "dvc", "status", "data/raw.dvc").stdout
    kept = {path.name: path.stat().st_ino for path in paths.raw.rglob("*.png")}
    assert copied.items() <= kept.items()


def test_after_a_kill_another_import_starts_afresh(source: Path, project: Path, tmp_path: Path) -> None:
    paths = Paths(project)
    assert kill_at(dvc_is_at_work, paths, source)
    for number in range(8):
        path = tmp_path / "other" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (30, 30), (30 * number, 0, 0)).save(path)
    run_in(project, "tinysight", "import", str(tmp_path / "other"))
    assert files_below(paths.raw) == files_below(tmp_path / "other")
    assert not list((project / "data").glob("*.part"))
