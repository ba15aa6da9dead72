"""One writer at a time, by announcements that all of them see: the living are waited for, the dead are not."""

import os
import subprocess
import sys
import threading

import pytest
from mlflow.exceptions import MlflowException

from tinysight.errors import TrackingError
from tinysight.tracking import announcements
from tinysight.tracking.announcements import Board, alone, is_dead, place


def board_on(tags: dict[str, str], patience: float = 60.0) -> Board:
    def remove(key: str) -> None:
        if tags.pop(key, None) is None:
            raise MlflowException("RESOURCE_DOES_NOT_EXIST")

    return Board(lambda: dict(tags), tags.__setitem__, remove, "work.", patience, "Others never end.")


def test_an_announcement_stands_as_long_as_the_work_and_is_renewed() -> None:
    tags = {"note": "someone's"}
    with alone(board_on(tags)) as still_here:
        (key,) = set(tags) - {"note"}
        first = tags[key]
        assert first.startswith(f"{place()} ")
        still_here()
        assert tags[key] != first or float(first.split()[2]) <= float(tags[key].split()[2])
    assert tags == {"note": "someone's"}


def test_work_that_fails_leaves_no_announcement_and_its_own_error() -> None:
    tags: dict[str, str] = {}

    def work() -> None:
        with alone(board_on(tags)):
            tags.clear()  # somebody tidied up
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert tags == {}


def test_many_at_once_work_one_after_the_other() -> None:
    tags: dict[str, str] = {}
    inside, most = [], []

    def work() -> None:
        with alone(board_on(tags)):
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert most == [1] * 6
    assert tags == {}


def test_a_process_of_this_machine_that_is_gone_holds_nobody_up() -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    dead = place().replace(f" {os.getpid()}", f" {gone.stdout.strip()}")
    assert is_dead(dead)
    assert is_dead(f"{dead} 12.5")
    tags = {"work.dead": dead}
    with alone(board_on(tags)):
        assert "work.dead" not in tags


def test_what_this_process_could_not_take_away_when_the_store_failed_holds_it_not_up() -> None:
    tags: dict[str, str] = {}
    board = board_on(tags)

    def fail(key: str) -> None:
        raise MlflowException("the server does not answer")

    with alone(Board(board.read, board.write, fail, board.prefix, board.patience, board.busy)):
        (left,) = tags
    assert set(tags) == {left}
    with alone(board):
        assert left not in tags
    assert tags == {}


@pytest.mark.parametrize("written", ["another-machine 1", "another-machine 1 5.0", "", "no number", "x"])
def test_of_other_machines_nothing_is_known(written: str) -> None:
    assert not is_dead(written)
    assert not is_dead(place())


def test_another_machine_is_waited_for_as_long_as_it_gives_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    now, tags = [0.0], {"work.other": "another-machine 1 0"}

    def sleep(_: float) -> None:
        now[0] += 8
        if now[0] < 30:
            tags["work.other"] = f"another-machine 1 {now[0]}"

    monkeypatch.setattr(announcements.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(announcements.time, "sleep", sleep)
    with alone(board_on(tags, patience=10.0)):
        assert now[0] == 24 + 16  # the last sign, and the first look after more than ten seconds


def test_where_others_never_end_it_gives_up_and_leaves_them_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    now, tags = [0.0], {"work.other": "another-machine 1 0"}

    def sleep(_: float) -> None:
        now[0] += 5
        tags["work.other"] = f"another-machine 1 {now[0]}"

    monkeypatch.setattr(announcements.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(announcements.time, "sleep", sleep)
    with pytest.raises(TrackingError, match="never end"), alone(board_on(tags, patience=10.0)):
        pytest.fail("it took a turn that was not its own")
    assert set(tags) == {"work.other"}
