"""Moves of the aliases, one at a time, each written down in the registry itself: who, when, from where to where, why.

A move is a tag of the registered model. It is written before the alias moves and marked done after it; nothing is
ever taken away. Where no file lock can be had, since writers share nothing but a tracking server, the same tags keep
them apart: whoever has announced a move and sees another's announcement draws back and tries again.
"""

import json
import os
import random
import socket
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Literal, Self
from uuid import uuid4

from tinysight.errors import TrackingError
from tinysight.tracking.store import Store

PREFIX = "tinysight.move."
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

    def text(self) -> str:
        """The tag's value."""
        return json.dumps({name: value for name, value in asdict(self).items() if name != "key"}, ensure_ascii=False)


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
    wanted = Move(0, alias, "", after, _now(), who, why[:LONGEST_WHY], kind, "begun", _place(), "")
    move = _announce(store, name, wanted)
    try:
        _note_what_happened_outside(store, name, move)
        move = replace(move, before=_named(store, name, alias))
        if before is not None and move.before != before:
            raise AliasMovedError(
                f"{name}: {alias} moved from {before or 'nothing'} to {move.before or 'nothing'} while version {after}"
                " was judged. Run `dvc repro -f -s register` to judge it again."
            )
        _write(store, name, move)
        prepare()
    except BaseException:
        store.client.delete_registered_model_tag(name, move.key)  # it was an announcement and no move yet
        raise
    if after:
        store.client.set_registered_model_alias(name, alias, after)
    else:
        store.client.delete_registered_model_alias(name, alias)
    done = replace(move, state="done")
    _write(store, name, done)
    return done


def settle(store: Store, name: str) -> None:
    """Ends what a killed process has left, so that the history says what happened."""
    _end_what_died(store, name, {})


def _announce(store: Store, name: str, wanted: Move) -> Move:
    """Writes down what is to come, once nobody else is about to move an alias."""
    seen: dict[str, float] = {}  # since when, by our own clock: others' may be wrong
    deadline = time.monotonic() + 4 * PATIENCE_SECONDS
    while time.monotonic() < deadline:
        _end_what_died(store, name, seen)
        number = max((move.number for move in read_moves(store, name)), default=0) + 1
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        move = replace(wanted, number=number, key=f"{PREFIX}{number:06d}.{stamp}.{uuid4().hex[:8]}")
        _write(store, name, move)
        rivals = [other for other in read_moves(store, name) if other.state == "begun" and other.key != move.key]
        if not rivals:
            return move
        store.client.delete_registered_model_tag(name, move.key)
        time.sleep(random.uniform(0.05, 0.5))  # noqa: S311 - only keeps two writers from trying in step
    raise TrackingError(f"{name}: others move its aliases without a pause. Try again when they have ended.")


def _end_what_died(store: Store, name: str, seen: dict[str, float]) -> None:
    """Settles moves whose process is no more: they were done if the alias is where they wanted it."""
    begun = [move for move in read_moves(store, name) if move.state == "begun"]
    for move in begun:
        since = seen.setdefault(move.key, time.monotonic())
        if _is_dead(move) or time.monotonic() - since > PATIENCE_SECONDS:
            done = _named(store, name, move.alias) == move.after
            _write(store, name, replace(move, state="done" if done else "cut off"))


def _is_dead(move: Move) -> bool:
    """True if the writer was a process of this machine and is no more; of other machines nothing is known."""
    host, _, number = move.place.rpartition(" ")
    if host != socket.gethostname() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _note_what_happened_outside(store: Store, name: str, move: Move) -> None:
    """Fills the hole that somebody left who moved the alias in MLflow's pages or with an earlier tinysight."""
    earlier = [one for one in read_moves(store, name) if one.alias == move.alias and one.state == "done"]
    last, now = earlier[-1].after if earlier else "", _named(store, name, move.alias)
    if last == now:
        return
    why = "moved without tinysight" if earlier else "from before the history began"
    key = move.key.replace(f"{move.number:06d}", f"{move.number:06d}-", 1)  # sorts before the move that found it
    _write(store, name, replace(move, before=last, after=now, who="", why=why, kind="outside", state="done",
                                key=key))  # fmt: skip


def _named(store: Store, name: str, alias: str) -> str:
    """The version that an alias names now; empty for none."""
    return str(store.client.get_registered_model(name).aliases.get(alias, ""))


def _write(store: Store, name: str, move: Move) -> None:
    store.client.set_registered_model_tag(name, move.key, move.text())


def _place() -> str:
    return f"{socket.gethostname()} {os.getpid()}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
