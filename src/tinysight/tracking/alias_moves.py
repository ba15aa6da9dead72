"""Moves of the aliases, one at a time, each written down in the registry itself: who, when, from where to where, why.

A move is a tag of the registered model. It is written before the alias moves and marked done after it; no move is ever
taken away. Where no file lock can be had, since writers share nothing but a tracking server, tags keep them apart:
whoever announces a move and sees another's announcement draws back and tries again.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Literal, Self
from uuid import uuid4

from tinysight.errors import TrackingError
from tinysight.tracking.announcements import Board, alone, place
from tinysight.tracking.collisions import again_on_collision
from tinysight.tracking.store import Store

PREFIX, ANNOUNCED = "tinysight.move.", "tinysight.moving."
PATIENCE_SECONDS = 30.0  # a move takes well below a second: who is still not done after this is dead
LONGEST_WHY = 4000

State = Literal["begun", "done", "cut off"]


class AliasMovedError(TrackingError):
    """The alias is not where the decision was made against."""


@dataclass(frozen=True)
class Move:
    """One move of an alias.

    Attributes:
        number: counts the moves of this registered model.
        alias: which one.
        before: the version that it named; empty for none.
        after: the version that it names; empty if it was taken away.
        when: in UTC, ISO 8601.
        who: as git or the system knows them; empty where it was moved without tinysight.
        why: the reason.
        kind: `promoted`, `rolled back`, `challenger`, `taken away` or `outside`.
        state: `cut off` where its process died before the alias had moved.
        place: host and process of the writer.
        key: the tag that holds it.
    """

    number: int
    alias: str
    before: str
    after: str
    when: str
    who: str
    why: str
    kind: str
    state: State
    place: str
    key: str

    @classmethod
    def read(cls, key: str, text: str) -> Self | None:
        """None for a tag that this version cannot read."""
        try:
            return cls(**json.loads(text), key=key)
        except (ValueError, TypeError):
            return None

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {name: value for name, value in asdict(self).items() if name != "key"}

    def text(self) -> str:
        """The tag's value."""
        return json.dumps(self.as_json(), ensure_ascii=False)


def read_moves(store: Store, name: str) -> list[Move]:
    """All moves of a registered model's aliases, the oldest first."""
    tags: dict[str, str] = store.client.get_registered_model(name).tags
    found = [Move.read(key, text) for key, text in tags.items() if key.startswith(PREFIX)]
    return sorted((move for move in found if move is not None), key=lambda move: move.key)


def move_alias(
    store: Store,
    name: str,
    alias: str,
    after: str,
    *,
    kind: str,
    who: str,
    why: str = "",
    before: str | None = None,
    prepare: Callable[[], object] = lambda: None,
) -> Move:
    """Lets an alias name another version, or none, and writes that down.

    Args:
        store: open for writing.
        name: the registered model.
        alias: which one.
        after: the version that it is to name; empty takes it away.
        kind: see Move.
        who: who moves it.
        why: the reason.
        before: the version that it must name now ("" for none); None if that does not matter.
        prepare: called when nothing stands in the way any more, just before the alias moves.

    Raises:
        AliasMovedError: if the alias does not name `before`.
        TrackingError: if others move aliases all the time.
    """
    with _alone(store, name):
        _note_what_happened_outside(store, name, alias)
        now = _named(store, name, alias)
        if before is not None and now != before:
            raise AliasMovedError(
                f"{name}: {alias} moved from {before or 'nothing'} to {now or 'nothing'} while version {after} was"
                " judged. Run `dvc repro -f -s register` to judge it again."
            )
        prepare()
        move = _next(
            store, name, Move(0, alias, now, after, _now(), who, why[:LONGEST_WHY], kind, "begun", place(), "")
        )
        if after:
            again_on_collision(lambda: store.client.set_registered_model_alias(name, alias, after))
        else:
            store.client.delete_registered_model_alias(name, alias)
        done = replace(move, state="done")
        _write(store, name, done)
        return done


def settle(store: Store, name: str) -> None:
    """Ends what a killed process has left, so that the history says what happened."""
    if any(move.state == "begun" for move in read_moves(store, name)):
        with _alone(store, name):
            pass


@contextmanager
def _alone(store: Store, name: str) -> Iterator[None]:
    """Lets one process at a time move aliases; what died while it did is settled first."""

    def read() -> Mapping[str, str]:
        tags: dict[str, str] = store.client.get_registered_model(name).tags
        return tags

    board = Board(
        read=read,
        write=lambda key, value: store.client.set_registered_model_tag(name, key, value),
        remove=lambda key: store.client.delete_registered_model_tag(name, key),
        prefix=ANNOUNCED,
        patience=PATIENCE_SECONDS,
        busy=f"{name}: others move its aliases without a pause. Try again when they have ended.",
    )
    with alone(board):
        _end_what_died(store, name)
        yield


def _end_what_died(store: Store, name: str) -> None:
    """Settles moves that were begun and never ended: they were done if the alias is where they wanted it."""
    for move in read_moves(store, name):
        if move.state == "begun":
            done = _named(store, name, move.alias) == move.after
            _write(store, name, replace(move, state="done" if done else "cut off"))


def _next(store: Store, name: str, move: Move) -> Move:
    """Writes a move down under the next number."""
    number = max((earlier.number for earlier in read_moves(store, name)), default=0) + 1
    numbered = replace(move, number=number, key=f"{PREFIX}{number:06d}.{uuid4().hex[:8]}")
    _write(store, name, numbered)
    return numbered


def _note_what_happened_outside(store: Store, name: str, alias: str) -> None:
    """Fills the hole that somebody left who moved the alias in MLflow's pages or with an earlier tinysight."""
    earlier = [move for move in read_moves(store, name) if move.alias == alias and move.state == "done"]
    last, now = earlier[-1].after if earlier else "", _named(store, name, alias)
    if last != now:
        why = "moved without tinysight" if earlier else "from before the history began"
        _next(store, name, Move(0, alias, last, now, _now(), "", why, "outside", "done", "", ""))


def _named(store: Store, name: str, alias: str) -> str:
    """The version that an alias names now; empty for none."""
    return str(store.client.get_registered_model(name).aliases.get(alias, ""))


def _write(store: Store, name: str, move: Move) -> None:
    store.client.set_registered_model_tag(name, move.key, move.text())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
