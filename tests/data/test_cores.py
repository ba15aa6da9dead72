"""All cores work, in order and in bounded memory; a process that dies takes no other item with it."""

import faulthandler
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import Value, active_children
from pathlib import Path

import pytest

from tinysight.data.cores import AHEAD, BATCH, MOST_LOST, death, on_all_cores
from tinysight.data.sources.source import SourceFile
from tinysight.errors import DataError, ImageError

CORES = len(os.sched_getaffinity(0))


def double(number: int) -> int:
    return 2 * number


def segfault() -> None:
    faulthandler.disable()  # pytest's would tell all of it
    os.kill(os.getpid(), signal.SIGSEGV)


def dies_on(*numbers: int, how: Callable[[], object] = segfault) -> Callable[[int], int]:
    def function(number: int) -> int:
        if number in numbers:
            how()
        return number

    return function


@pytest.mark.parametrize("count", [0, 1, BATCH, 5 * BATCH + 3])
def test_the_order_is_kept(count: int) -> None:
    assert list(on_all_cores(double, range(count))) == [2 * number for number in range(count)]


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_batches_of_any_size_keep_it_too(batch: int) -> None:
    assert list(on_all_cores(double, range(40), batch=batch)) == [2 * number for number in range(40)]


@pytest.mark.parametrize("workers", [1, 3])
def test_there_are_as_many_processes_as_asked_for(workers: int) -> None:
    work = on_all_cores(lambda number: (time.sleep(0.02), os.getpid())[1], range(30), batch=1, workers=workers)
    assert len(set(work)) == workers


def test_slow_items_do_not_change_the_order() -> None:
    def slow(number: int) -> int:
        time.sleep(0.2 if number == 0 else 0)
        return number

    assert list(on_all_cores(slow, range(20 * BATCH))) == list(range(20 * BATCH))


def test_every_core_has_a_process_and_this_one_is_none_of_them() -> None:
    processes = set(on_all_cores(lambda number: (time.sleep(0.01), os.getpid())[1], range(8 * BATCH)))
    assert len(processes) == CORES
    assert os.getpid() not in processes


def test_what_cannot_be_pickled_may_be_called_and_be_an_item() -> None:
    items = [threading.Lock() for _ in range(3)]
    assert list(on_all_cores(lambda lock: lock.locked(), items)) == [False] * 3


def test_few_items_are_ahead_of_the_reader() -> None:
    started = Value("i", 0)

    def count(number: int) -> int:
        with started.get_lock():
            started.value += 1
        return number

    results = on_all_cores(count, range(1000 * BATCH))
    next(results)
    time.sleep(0.3)
    assert started.value <= CORES * (AHEAD + 1) * BATCH
    results.close()


def test_a_reader_that_stops_early_leaves_no_process() -> None:
    results = on_all_cores(lambda number: time.sleep(30 if number == 2 * BATCH else 0), range(9 * BATCH))
    next(results)
    results.close()
    assert active_children() == []


@pytest.mark.parametrize(
    "error", [MemoryError(), OSError(28, "No space left", "x"), ImageError("It is broken.", reason="broken")]
)
def test_an_error_of_the_function_is_raised_here(error: Exception) -> None:
    def fail(number: int) -> int:
        raise error

    with pytest.raises((type(error), RuntimeError)) as caught:
        list(on_all_cores(fail, range(3)))
    assert str(error) in str(caught.value)
    assert getattr(caught.value, "errno", None) == getattr(error, "errno", None)
    assert active_children() == []


def test_what_comes_before_an_error_is_had_however_slow_it_is() -> None:
    def fail(number: int) -> int:
        if number == 3 * BATCH + 1:
            raise OSError(28, "No space left")
        time.sleep(0.5 if number == 0 else 0)
        return number

    results = on_all_cores(fail, range(9 * BATCH), workers=2)
    assert [next(results) for _ in range(3 * BATCH)] == list(range(3 * BATCH))
    with pytest.raises(OSError, match="No space left"):
        next(results)


def test_a_result_that_cannot_be_pickled_is_an_error_not_a_hang() -> None:
    with pytest.raises(Exception, match="pickle"):
        list(on_all_cores(lambda number: threading.Lock(), range(3)))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (segfault, "Segmentation fault"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "Killed"),
        (lambda: os._exit(3), "exit code 3"),
    ],
)
def test_items_that_end_their_process_are_found_and_all_others_done(how: Callable[[], object], said: str) -> None:
    numbers, lost = range(6 * BATCH), (0, 5, BATCH + 1, 6 * BATCH - 1)
    results = list(on_all_cores(dies_on(*lost, how=how), numbers, lambda number, how: f"{number}: {how}"))
    assert results == [f"{number}: {said}" if number in lost else number for number in numbers]


def test_without_a_stand_in_an_item_that_ends_its_process_is_a_clear_error() -> None:
    def die(file: SourceFile) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(DataError, match=r"^a/1\.png: The process .* ended \(Killed\).*remove it\.$"):
        list(on_all_cores(die, [SourceFile("a/1.png", "a")]))


def test_where_everything_dies_it_is_given_up() -> None:
    everything = range(10 * MOST_LOST)
    with pytest.raises(DataError, match=r"More than 20 pictures.*Segmentation fault.*free memory"):
        list(on_all_cores(dies_on(*everything), everything, lambda number, how: number))


def test_the_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    script = (
        "import os, sys, time\nfrom tinysight.data.cores import on_all_cores\n"
        "for pid in on_all_cores(lambda n: (time.sleep(0.01), os.getpid())[1], range(10**6)): print(pid, flush=True)"
    )
    run = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert run.stdout
    pids = {int(run.stdout.readline()) for _ in range(4 * BATCH)}
    run.kill()
    run.wait()
    run.stdout.close()
    until = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_lost_process_is_put_in_words_with_what_to_do() -> None:
    assert "Killed" in death("Killed")
    assert death("Killed").endswith("or remove it.")
