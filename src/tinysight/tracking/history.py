"""The moves of the aliases for people, and the version that was in production before the present one."""

from collections.abc import Sequence

from tinysight.config import load_params
from tinysight.errors import TrackingError
from tinysight.paths import Paths
from tinysight.tracking.alias_moves import Move, read_moves
from tinysight.tracking.registry import find_champion, find_model, promote
from tinysight.tracking.store import open_store
from tinysight.tracking.version_info import PRODUCTION
from tinysight.tracking.version_table import in_short

BACK = "rolled back"


def history(paths: Paths, name: str = "") -> list[Move]:
    """Every move of an alias of this project's model, the oldest first.

    Raises:
        TrackingError: if the store cannot be used.
    """
    name = name or load_params(paths.params).register_.name
    with open_store(paths, write=False) as store:
        return read_moves(store, name) if find_model(store, name) else []


def history_table(moves: Sequence[Move]) -> str:
    """The moves for people, the newest first, one line each."""
    if not moves:
        return "No alias has moved yet. Run `dvc repro`."
    rows = [("when (UTC)", "alias", "from", "to", "what", "who", "why")]
    for move in reversed(moves):
        when = move.when.replace("T", " ").removesuffix("Z")
        what = move.kind if move.state == "done" else f"{move.kind} ({move.state})"
        by = move.who.partition(" <")[0] or "unknown"
        rows.append((when, move.alias, move.before or "-", move.after or "-", what, by, in_short(move.why)))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = ["  ".join([*(c.ljust(w) for c, w in zip(row, widths, strict=False)), row[6]]) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def rollback(paths: Paths, why: str = "") -> str:
    """Makes the version production that was it before the present one; again goes back one further.

    Raises:
        TrackingError: if the history knows none before, or the store cannot be used.
    """
    name = load_params(paths.params).register_.name
    with open_store(paths, write=False) as store:
        champion = find_champion(store, name)
        released = released_in_turn(read_moves(store, name) if champion else [])
    now = champion.version if champion else ""
    released += [now] if released[-1:] != [now] else []  # moved without tinysight: the history hears of it with this
    if not now or len(released) < 2:
        raise TrackingError(
            f"{name}: the history knows no version that was production before {now or 'nothing'}."
            " See `tinysight registry list`, then `tinysight registry promote VERSION`."
        )
    why = why or f"{now} is taken back"
    return promote(paths, released[-2], name=name, force=True, why=why, instead_of=now, kind=BACK)


def released_in_turn(moves: Sequence[Move]) -> list[str]:
    """The versions that led to the present one, the present one last: what was taken back is no longer among them."""
    released: list[str] = []
    for move in moves:
        if move.alias != PRODUCTION or move.state != "done":
            continue
        if move.kind == BACK:
            while released and released[-1] != move.after:
                released.pop()
        if released[-1:] != [move.after]:
            released.append(move.after)
    return [version for version in released if version]
