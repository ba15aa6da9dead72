"""Puts picture files into data/raw so that it is either the old folder or the whole new one."""

import filecmp
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from tinysight.bundle import sha256_of
from tinysight.data.progress import progress_bar
from tinysight.data.sources.source import SourceFile
from tinysight.errors import DataError

DRAFT, OLD = "raw.part", "raw.old.part"
Existing = Literal["refuse", "add", "replace"]


@contextmanager
def placed(raw: Path, source: Path, files: Sequence[SourceFile], *, link: bool, existing: Existing) -> Iterator[int]:
    """Holds the new data/raw in place; if the block raises, the old one comes back.

    Args:
        raw: the folder to fill.
        source: the folder that the files' paths start from.
        files: what to bring.
        link: symbolic links instead of copies, for DVC to take the content from.
        existing: what to do with the pictures that are there already.

    Yields:
        how many files are new.

    Raises:
        DataError: if there is no room on the disk, a file cannot be read, or `recover` cannot.
    """
    recover(raw)
    draft, old = raw.with_name(DRAFT), raw.with_name(OLD)
    shutil.rmtree(draft, ignore_errors=True)
    try:
        if existing == "add" and raw.exists():
            shutil.copytree(raw, draft, copy_function=_link_or_copy)
        brought = _bring(draft, source, files, link=link)
        had_pictures = raw.exists()
        try:
            if had_pictures:
                os.replace(raw, old)
            os.replace(draft, raw)
            yield brought
        except BaseException:
            if old.exists() or not had_pictures:
                _put_back(raw, old)
            raise
        if had_pictures:
            with suppress(OSError):
                os.replace(old, draft)  # under this name it is rubbish, even if a kill cuts its removal short
    except (OSError, shutil.Error) as error:
        raise DataError(f"The pictures cannot be brought into {raw}: {error}. Free the way and import again.") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def recover(raw: Path) -> None:
    """Brings the old pictures back if an import was killed while it exchanged the folders.

    Raises:
        DataError: if the new pictures are in place too, so that only the user can choose.
    """
    old = raw.with_name(OLD)
    if not old.exists():
        return
    if raw.exists():
        raise DataError(
            f"An import was killed: {old} holds the pictures from before it, and {raw} the new ones. Keep one: remove"
            f" {old}, or remove {raw} and rename {old} to {raw.name}. Then import again (`tinysight import {raw}` takes"
            " what lies there)."
        )
    os.replace(old, raw)


def holds_files(folder: Path) -> bool:
    """Whether any file lies below the folder."""
    return any(path.is_file() or path.is_symlink() for path in folder.rglob("*"))


def _put_back(raw: Path, old: Path) -> None:
    shutil.rmtree(raw, ignore_errors=True)
    if old.exists():
        os.replace(old, raw)


def _bring(draft: Path, source: Path, files: Sequence[SourceFile], *, link: bool) -> int:
    brought = 0
    draft.mkdir(parents=True, exist_ok=True)
    with progress_bar("link pictures" if link else "copy pictures", len(files)) as advance:
        for file in files:
            brought += _bring_one(source / file.path, draft / file.path, link=link)
            advance(1)
    return brought


def _bring_one(origin: Path, target: Path, *, link: bool) -> bool:
    """Brings one file; one of the same name and another content gets a name of its own."""
    if not origin.exists():  # a link to nothing: the survey has listed it
        return False
    if os.path.lexists(target):
        if filecmp.cmp(origin, target, shallow=False):
            return False
        target = target.with_name(f"{target.stem}-{sha256_of(origin)[:8]}{target.suffix}")
    if os.path.lexists(target):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    if link:
        target.symlink_to(origin.resolve())
    else:
        shutil.copyfile(origin, target)
    return True


def _link_or_copy(origin: str, target: str) -> None:
    try:
        os.link(origin, target)
    except OSError:
        shutil.copyfile(origin, target)
