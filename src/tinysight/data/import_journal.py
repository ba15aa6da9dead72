"""What a killed import was doing, so that the next one can go on from there or leave no trace of it."""

import json
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tinysight.errors import DataError
from tinysight.whole_file import write_whole

DRAFT, OLD, GONE = "raw.part", "raw.old.part", "raw.gone.part"
JOURNAL, DONE = "raw.journal.part", "raw.done.part"
OF_DVC = re.compile(r"\.[\w-]{22}\.tmp$")  # the names of what DVC has not finished


@dataclass(frozen=True)
class Journal:
    """Lies beside data/raw from an import's first file to its end.

    Attributes:
        key: what is being made; only an import that makes the same may use its draft.
        had_raw: whether there was a data/raw before.
        sizes: of the finished draft's files in bytes, by path; None until it is finished.
    """

    key: str
    had_raw: bool
    sizes: Mapping[str, int] | None = None


def open_draft(raw: Path, key: str) -> Path:
    """A folder for the new pictures; it holds those that a killed import of the same has finished."""
    draft, journal = raw.with_name(DRAFT), _read(raw)
    if journal is None or journal.key != key or not draft.is_dir():
        throw_away(raw)
        draft.mkdir(parents=True)
        _write(raw, Journal(key, raw.exists()))
    return draft


def throw_away(raw: Path) -> None:
    """Forgets a draft; the journal goes first, since a draft without one is rubbish."""
    raw.with_name(JOURNAL).unlink(missing_ok=True)
    shutil.rmtree(raw.with_name(DRAFT), ignore_errors=True)


def exchange(raw: Path) -> None:
    """Puts the finished draft into the place of data/raw, and keeps the old pictures beside it."""
    draft, old, journal = raw.with_name(DRAFT), raw.with_name(OLD), _read(raw)
    assert journal is not None  # open_draft wrote it
    _write(raw, replace(journal, sizes=_sizes(draft)))
    if raw.exists():
        os.replace(raw, old)
    os.replace(draft, raw)


def exchange_back(raw: Path) -> None:
    """Undoes `exchange`, however far it came."""
    draft, old = raw.with_name(DRAFT), raw.with_name(OLD)
    if raw.exists() and not draft.exists():
        os.replace(raw, draft)
    if old.exists() and not raw.exists():
        os.replace(old, raw)


def finish(raw: Path) -> None:
    """Throws the old pictures away, now that all is well; only renames, so that it works on a full disk."""
    old, gone, done = raw.with_name(OLD), raw.with_name(GONE), raw.with_name(DONE)
    with suppress(OSError):
        if raw.with_name(JOURNAL).exists():
            os.replace(raw.with_name(JOURNAL), done)
        if old.exists():
            os.replace(old, gone)  # under this name it is rubbish, even if a kill cuts its removal short
        shutil.rmtree(gone, ignore_errors=True)
        done.unlink(missing_ok=True)


def recover(raw: Path, *, keep: bool = False) -> None:
    """Makes data/raw what it was before an import that was killed; what that one has finished stays in the draft.

    Args:
        raw: the folder.
        keep: it is to stay as it lies.

    Raises:
        DataError: if the folder has changed since, so that only the user can choose.
    """
    old, journal = raw.with_name(OLD), _read(raw)
    if raw.with_name(DONE).exists():
        finish(raw)
    elif raw.with_name(DRAFT).exists() or not raw.exists():
        if old.exists() and not raw.exists():
            os.replace(old, raw)
    elif journal and journal.sizes and journal.had_raw and not old.exists():  # somebody has chosen
        finish(raw)
    elif keep or not (journal and journal.sizes and _is_untouched(raw, journal.sizes)):
        _check_choice(raw, old)
        raw.with_name(JOURNAL).unlink(missing_ok=True)
    else:
        for path in _sizes(raw).keys() - journal.sizes.keys():  # what DVC was writing
            (raw / path).unlink()
        exchange_back(raw)


def was_killed(raw: Path) -> bool:
    """Whether an import was killed here that nobody has taken up again."""
    return raw.with_name(JOURNAL).exists() or raw.with_name(OLD).exists()


def _check_choice(raw: Path, old: Path) -> None:
    if old.exists():
        raise DataError(
            f"An import was killed: {old} holds the pictures from before it, and {raw} the new ones, which are no"
            f" longer as it left them. Keep one: remove {old}, or remove {raw} and rename {old} to {raw.name}. Then"
            f" import again (`tinysight import {raw}` takes what lies there)."
        )


def _is_untouched(raw: Path, sizes: Mapping[str, int]) -> bool:
    """Whether nobody added or changed anything; DVC takes files away for a moment, and writes ones of its own."""
    changed = dict(_sizes(raw).items() - sizes.items())
    return all(path not in sizes and OF_DVC.search(path) for path in changed)


def _sizes(folder: Path) -> dict[str, int]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def _read(raw: Path) -> Journal | None:
    try:
        return Journal(**json.loads(raw.with_name(JOURNAL).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write(raw: Path, journal: Journal) -> None:
    write_whole(raw.with_name(JOURNAL), json.dumps(asdict(journal)))
