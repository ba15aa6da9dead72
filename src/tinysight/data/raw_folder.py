"""Puts picture files into data/raw so that it is either the old folder or the whole new one."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from functools import partial
from hashlib import sha256
from pathlib import Path

from tinysight.data.cores import on_all_cores
from tinysight.data.import_journal import exchange, exchange_back, finish, open_draft, throw_away
from tinysight.data.progress import progress_bar
from tinysight.data.raw_manifest import write_manifest
from tinysight.data.raw_plan import Place, Plan
from tinysight.data.sources.source import SourceFile
from tinysight.errors import DataError

ONE_FILE = "raw.file.part"  # what is being written now; it goes into the draft when it is whole


@contextmanager
def placed(raw: Path, plan: Plan, *, link: bool) -> Iterator[None]:
    """Holds the new data/raw in place; if the block raises, the old one comes back.

    Stopped with Ctrl-C or killed, it keeps the files that are finished for the next import of the same;
    an error throws them away.

    Args:
        raw: the folder to fill; `import_journal.recover` has seen it.
        plan: what it will hold.
        link: symbolic links instead of copies, for DVC to take the content from.

    Raises:
        DataError: if there is no room on the disk, or a file cannot be read.
    """
    try:
        _bring(raw, open_draft(raw, _key(plan, link=link)), plan, link=link)
        try:
            exchange(raw)
            yield
        except BaseException:
            exchange_back(raw)
            raise
        finish(raw)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        throw_away(raw)
        if isinstance(error, OSError | shutil.Error):
            raise DataError(
                f"The pictures cannot be brought into {raw}: {error}. Mend that, then import again."
            ) from None
        raise
    finally:
        raw.with_name(ONE_FILE).unlink(missing_ok=True)


def holds_files(folder: Path) -> bool:
    """Whether any file lies below the folder; false if there is none."""
    return folder.is_dir() and any(path.is_file() or path.is_symlink() for path in folder.rglob("*"))


def _key(plan: Plan, *, link: bool) -> str:
    """What a finished file of a draft depends on: where all files go and what is in them."""
    digest = sha256(json.dumps([link, plan.needs_manifest, *plan.others]).encode())
    for place in plan.places:
        digest.update(json.dumps([*astuple(place.picture), place.digest, place.kept]).encode(errors="replace"))
    return digest.hexdigest()


def _bring(raw: Path, draft: Path, plan: Plan, *, link: bool) -> None:
    for path in plan.others:
        _write_one(raw, draft / path, _linked_or_copied(raw / path))
    missing = [place for place in plan.places if not os.path.lexists(draft / place.picture.path)]
    with progress_bar("link pictures" if link else "copy pictures", len(plan.places)) as advance:
        advance(len(plan.places) - len(missing))
        made = []
        for place in missing:
            write = _way_of(raw, place, link=link)
            if write is None:
                made.append(place)
            else:
                _write_one(raw, draft / place.picture.path, write)
                advance(1)
        _make(raw, draft, made, advance)
    if plan.needs_manifest:
        write_manifest(draft, (place.picture for place in plan.places))


def _way_of(raw: Path, place: Place, *, link: bool) -> Callable[[Path], object] | None:
    """How a file comes to a path; None if its bytes lie nowhere yet."""
    origin = place.file.origin
    if place.kept:
        return _linked_or_copied(raw / place.kept)
    if origin is None:
        return None
    return partial(_symlink, origin) if link else partial(shutil.copyfile, origin)


def _make(raw: Path, draft: Path, places: Sequence[Place], advance: Callable[[int], None]) -> None:
    """Writes the files that lie nowhere yet, such as crops."""
    made = on_all_cores(SourceFile.read, [place.file for place in places])
    for place, data in zip(places, made, strict=True):
        _write_one(raw, draft / place.picture.path, partial(_write_bytes, data))
        advance(1)


def _write_one(raw: Path, target: Path, write: Callable[[Path], object]) -> None:
    """Gives a file its name when it is whole, so that what a kill leaves in the draft can be kept."""
    one = raw.with_name(ONE_FILE)
    one.unlink(missing_ok=True)
    write(one)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(one, target)


def _linked_or_copied(origin: Path) -> Callable[[Path], object]:
    def write(target: Path) -> None:
        try:
            os.link(origin, target, follow_symlinks=False)
        except OSError:
            shutil.copyfile(origin, target)

    return write


def _symlink(origin: Path, target: Path) -> None:
    target.symlink_to(origin.resolve())


def _write_bytes(data: bytes, target: Path) -> None:
    target.write_bytes(data)
