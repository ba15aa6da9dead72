"""Too little room is an error in words, before the work or at the first write that fails."""

import errno
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tinysight.data.disk_space import room_for
from tinysight.data.imageset import Sample, write_imageset
from tinysight.errors import DataError


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file of this process can be larger than 100 kB."""
    before, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)


def test_what_cannot_fit_is_said_before_the_work(tmp_path: Path) -> None:
    with (
        pytest.raises(DataError, match=r"1,000,000,000 images of 1024×1024 need .* GB of disk.*Free some"),
        room_for(tmp_path, images=10**9, image_size=1024),
    ):
        pytest.fail("the work was begun")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_meanwhile_is_said_in_the_same_words(code: int, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Free some"), room_for(tmp_path, images=1, image_size=8):
        raise OSError(code, "full")


def test_other_faults_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), room_for(tmp_path, images=1, image_size=8):
        raise PermissionError(errno.EACCES, "no")


@pytest.mark.usefixtures("small_files")
def test_a_write_that_the_disk_refuses_raises_and_leaves_no_draft(tmp_path: Path) -> None:
    samples = [Sample(f"{i}.png", "", "a", 0) for i in range(100)]
    with pytest.raises(OSError, match="too large"):
        write_imageset(tmp_path, (np.zeros((32, 32, 3), dtype=np.uint8) for _ in samples), samples, 32)
    assert not list(tmp_path.iterdir())
