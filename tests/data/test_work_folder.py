"""Unfinished work stays for the next run, no two runs share it, and the disk holds one of it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path

from tinysight.data.work_folder import stamp, work_folder

OTHER_RUN = """
import sys
from pathlib import Path
from tinysight.data.work_folder import work_folder
with work_folder(Path(sys.argv[1]), sys.argv[2]) as folder:
    (folder / "done").touch()
    print(folder, flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_run(parent: Path, key: str) -> Iterator[Path]:
    """Another process is at work, and is killed in the end."""
    words = [sys.executable, "-c", OTHER_RUN, str(parent), key]
    run = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert run.stdout
    assert run.stdin
    yield Path(run.stdout.readline().strip())
    run.kill()
    run.wait()
    run.stdout.close()
    run.stdin.close()


def folders(parent: Path) -> list[str]:
    return sorted(path.name for path in parent.iterdir() if path.is_dir())


def test_finished_work_leaves_nothing(tmp_path: Path) -> None:
    with work_folder(tmp_path / "work", "key") as folder:
        (folder / "done").touch()
    assert folders(tmp_path / "work") == []


def test_failed_work_stays_for_the_next_run(tmp_path: Path) -> None:
    with suppress(OSError), work_folder(tmp_path, "key") as folder:
        (folder / "done").touch()
        raise OSError("full")
    with work_folder(tmp_path, "key") as folder:
        assert (folder / "done").exists()


def test_killed_work_stays_for_the_next_run_even_if_its_processes_live_on(tmp_path: Path) -> None:
    with other_run(tmp_path, "key") as theirs:
        pass
    with work_folder(tmp_path, "key") as ours:
        assert ours == theirs
        assert (ours / "done").exists()


def test_what_was_left_of_other_work_goes(tmp_path: Path) -> None:
    for key in ("a", "b"):
        with suppress(OSError), work_folder(tmp_path, key):
            raise OSError("full")
    with work_folder(tmp_path, "c"):
        assert folders(tmp_path) == ["c"]


def test_work_under_way_elsewhere_is_left_alone(tmp_path: Path) -> None:
    with other_run(tmp_path, "theirs") as theirs:
        with work_folder(tmp_path, "ours"):
            assert folders(tmp_path) == ["ours", "theirs"]
        assert (theirs / "done").exists()


def test_two_runs_of_the_same_work_do_not_share_a_folder(tmp_path: Path) -> None:
    with other_run(tmp_path, "key") as theirs:
        with work_folder(tmp_path, "key") as ours:
            assert ours != theirs
            assert not (ours / "done").exists()
        assert folders(tmp_path) == ["key"]


def test_a_process_that_was_started_does_not_hold_the_folder(tmp_path: Path) -> None:
    context = get_context("fork")
    stop = context.Event()
    with suppress(OSError), work_folder(tmp_path, "key") as folder:
        process = context.Process(target=stop.wait)
        process.start()
        raise OSError("full")
    with other_run(tmp_path, "key") as theirs:
        assert theirs == folder
    stop.set()
    process.join()


def test_a_stamp_changes_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    stamps = [stamp(path)]
    path.write_bytes(b"1")
    stamps.append(stamp(path))
    path.write_bytes(b"22")
    stamps.append(stamp(path))
    assert len(set(stamps)) == 3
    assert stamp(path) == stamps[-1]
