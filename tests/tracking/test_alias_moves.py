"""Every move of an alias is written down, by whoever made it, whatever kills him and whoever else writes."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from projects import project_environment
from results import give_store

from tinysight.errors import TrackingError
from tinysight.paths import Paths
from tinysight.tracking import alias_moves, announcements
from tinysight.tracking.alias_moves import ANNOUNCED, PREFIX, AliasMovedError, Move, move_alias, read_moves, settle
from tinysight.tracking.store import Store, open_store

NAME = "colours"
HERE = f"{socket.gethostname()} {os.getpid()}"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A store with a registered model of three versions that have no files."""
    paths = Paths(tmp_path)
    give_store(paths)
    with open_store(paths) as store:
        store.client.create_registered_model(NAME)
        for _ in range(3):
            store.client.create_model_version(NAME, f"file://{tmp_path}/none")
    return paths


def production(store: Store) -> str:
    return str(store.client.get_registered_model(NAME).aliases.get("production", ""))


def move(store: Store, after: str, before: str | None = None, alias: str = "production") -> Move:
    return move_alias(store, NAME, alias, after, kind="promoted", who="Ada <ada@example.org>", why="w", before=before)


def left_behind(store: Store, after: str, place: str, *, moved: bool) -> None:
    """What a process leaves that was killed before or after the alias moved."""
    number = len(read_moves(store, NAME)) + 1
    key = f"{PREFIX}{number:06d}"
    dead = Move(number, "production", production(store), after, "2026-01-01T00:00:00Z", "Bob", "", "promoted", "begun",
                place, key)  # fmt: skip
    announce(store, place)
    store.client.set_registered_model_tag(NAME, key, dead.text())
    if moved:
        store.client.set_registered_model_alias(NAME, "production", after)


def announce(store: Store, place: str) -> None:
    store.client.set_registered_model_tag(NAME, f"{ANNOUNCED}somebody", place)


def announced(store: Store) -> list[str]:
    return [key for key in store.client.get_registered_model(NAME).tags if key.startswith(ANNOUNCED)]


def dead_process() -> str:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return f"{socket.gethostname()} {process.pid}"


def test_moves_say_who_when_from_where_to_where_and_why(paths: Paths) -> None:
    with open_store(paths) as store:
        move(store, "1")
        move(store, "2", before="1")
        move(store, "3", alias="challenger")
        move(store, "", alias="challenger")
        moves = read_moves(store, NAME)
        assert store.client.get_registered_model(NAME).aliases == {"production": 2} or production(store) == "2"
    assert [(m.number, m.alias, m.before, m.after, m.state) for m in moves] == [
        (1, "production", "", "1", "done"),
        (2, "production", "1", "2", "done"),
        (3, "challenger", "", "3", "done"),
        (4, "challenger", "3", "", "done"),
    ]
    assert {(m.who, m.why, m.kind, m.place) for m in moves} == {("Ada <ada@example.org>", "w", "promoted", HERE)}


def test_an_alias_that_stands_elsewhere_is_not_moved_and_nothing_is_written(paths: Paths) -> None:
    with open_store(paths) as store:
        move(store, "1")
        with pytest.raises(AliasMovedError, match="moved from 2 to 1 while version 3 was judged"):
            move(store, "3", before="2")
        assert (production(store), len(read_moves(store, NAME)), announced(store)) == ("1", 1, [])


@pytest.mark.parametrize(("moved", "state"), [(True, "done"), (False, "cut off")])
def test_what_a_killed_process_left_is_settled_by_the_next(paths: Paths, moved: bool, state: str) -> None:
    with open_store(paths) as store:
        move(store, "1")
        left_behind(store, "2", dead_process(), moved=moved)
        move(store, "3")
        moves = read_moves(store, NAME)
    assert [(m.before, m.after, m.state) for m in moves] == [
        ("", "1", "done"), ("1", "2", state), ("2" if moved else "1", "3", "done")
    ]  # fmt: skip


def test_settling_alone_says_what_happened(paths: Paths) -> None:
    with open_store(paths) as store:
        left_behind(store, "2", dead_process(), moved=True)
        settle(store, NAME)
        assert [m.state for m in read_moves(store, NAME)] == ["done"]


def test_a_hole_that_was_made_without_us_is_filled_and_named(paths: Paths) -> None:
    with open_store(paths) as store:
        store.client.set_registered_model_alias(NAME, "production", "1")  # by an earlier tinysight
        move(store, "2")
        store.client.set_registered_model_alias(NAME, "production", "3")  # in MLflow's pages
        move(store, "1")
        moves = read_moves(store, NAME)
    assert [(m.before, m.after, m.kind) for m in moves] == [
        ("", "1", "outside"), ("1", "2", "promoted"), ("2", "3", "outside"), ("3", "1", "promoted")
    ]  # fmt: skip
    assert [m.why for m in moves[::2]] == ["from before the history began", "moved without tinysight"]


def test_while_another_machine_is_moving_nobody_else_does(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    """It draws back until the other has ended."""
    waited = []

    def sleep(_: float) -> None:
        with open_store(paths, write=False) as other:
            assert announced(other) == [f"{ANNOUNCED}somebody"]
            (begun,) = read_moves(other, NAME)
            other.client.set_registered_model_alias(NAME, "production", begun.after)
            other.client.set_registered_model_tag(NAME, begun.key, replace(begun, state="done").text())
            other.client.delete_registered_model_tag(NAME, f"{ANNOUNCED}somebody")
        waited.append(begun.after)

    monkeypatch.setattr(announcements.time, "sleep", sleep)
    with open_store(paths) as store:
        left_behind(store, "2", "elsewhere 1", moved=False)
        assert (move(store, "3").before, waited, announced(store)) == ("2", ["2"], [])


def test_one_that_is_silent_for_long_counts_as_dead(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10_000, 20))
    monkeypatch.setattr(announcements.time, "monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(announcements.time, "sleep", lambda _: None)
    monkeypatch.setattr(alias_moves, "PATIENCE_SECONDS", 100.0)
    with open_store(paths) as store:
        left_behind(store, "2", "elsewhere 1", moved=False)
        move(store, "3")
        assert [(m.after, m.state) for m in read_moves(store, NAME)] == [("2", "cut off"), ("3", "done")]


def test_where_others_never_pause_it_gives_up(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alias_moves, "PATIENCE_SECONDS", 0.1)
    others = iter(range(1000))

    def sleep(_: float) -> None:
        with open_store(paths, write=False) as other:
            for key in announced(other):
                other.client.delete_registered_model_tag(NAME, key)
            other.client.set_registered_model_tag(NAME, f"{ANNOUNCED}{next(others)}", "elsewhere 1")

    monkeypatch.setattr(announcements.time, "sleep", sleep)
    with open_store(paths) as store:
        announce(store, "elsewhere 1")
        with pytest.raises(TrackingError, match="without a pause"):
            move(store, "2")
        assert (production(store), read_moves(store, NAME)) == ("", [])


def test_a_tag_of_another_kind_is_passed_over(paths: Paths) -> None:
    with open_store(paths) as store:
        store.client.set_registered_model_tag(NAME, f"{PREFIX}000009.x", "no JSON")
        store.client.set_registered_model_tag(NAME, f"{PREFIX}000010.x", json.dumps({"from": "the future"}))
        move(store, "1")
        assert [m.after for m in read_moves(store, NAME)] == ["1"]


# each of two processes moves the alias again and again, without the file lock that would keep them apart
MOVER = """
import contextlib, sys
from pathlib import Path
from tinysight.paths import Paths
from tinysight.tracking import store as room
from tinysight.tracking.alias_moves import move_alias

room._locked = lambda path: contextlib.nullcontext()
with room.open_store(Paths(Path(sys.argv[1]))) as store:
    for turn in range(6):
        move_alias(store, "colours", "production", sys.argv[2 + turn % 2], kind="promoted", who=sys.argv[2])
"""


def test_two_processes_without_a_common_lock_leave_a_history_without_holes(paths: Paths) -> None:
    movers = [subprocess.Popen([sys.executable, "-c", MOVER, str(paths.root), *versions], env=project_environment(),
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
              for versions in (("1", "2"), ("3", "2"))]  # fmt: skip
    said = [mover.communicate(timeout=120)[0] for mover in movers]
    assert [mover.returncode for mover in movers] == [0, 0], said
    with open_store(paths, write=False) as store:
        moves = read_moves(store, NAME)
        assert production(store) == moves[-1].after
    assert len(moves) == 12
    assert {m.state for m in moves} == {"done"}
    assert [m.before for m in moves] == ["", *(m.after for m in moves[:-1])]
    assert [m.number for m in moves] == list(range(1, 13))
