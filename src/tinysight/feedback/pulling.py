"""Fetches the records of a service from a folder or an object store; again and again, each file once."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tinysight.data.progress import progress_bar
from tinysight.errors import DataError
from tinysight.record_file import SUFFIX
from tinysight.records import CAPTURES, FEEDBACK, KEPT
from tinysight.whole_file import whole

NAME = re.compile(rf"\d{{1,20}}-[0-9a-f]{{1,64}}{re.escape(SUFFIX)}")  # nothing that leads out of the folder
ROUNDS = 3  # looks at the source, while files go away between the look and the copy
HOW = "Name the folder of TINYSIGHT_CAPTURE_DIR, a copy of it, or its address in an object store (s3://…, gs://…)."


@dataclass(frozen=True)
class Pulled:
    """What one pull brought.

    Attributes:
        files: that are new or have grown.
        bytes: of these.
    """

    files: int
    bytes: int


@dataclass(frozen=True)
class _Lying:
    """A file of records at its source."""

    place: str
    path: str
    size: int
    changed: float


def pull(source: str, folder: Path) -> Pulled:
    """Copies files of records that are new or have grown; files that are gone at the source stay.

    Args:
        source: a folder, or an address that fsspec knows.
        folder: where they are kept here.

    Raises:
        DataError: if there are no records, or they cannot be had.
    """
    files, root = _open(source)
    brought: list[_Lying] = []
    try:
        for _ in range(ROUNDS):
            lying = [*_listed(files, root)]
            if not lying:
                raise DataError(f"{source} holds no records. {HOW}")
            wanted = [one for one in lying if not _is_here(folder / one.path, one.size)]
            came = _fetch_all(files, wanted, folder)
            brought += came
            if len(came) == len(wanted):
                break
    except DataError:
        raise
    except Exception as error:  # each store has errors of its own
        raise DataError(f"{source} cannot be read: {error or type(error).__name__}. {HOW}") from None
    return Pulled(len({one.path for one in brought}), sum(one.size for one in brought))


def _fetch_all(files: Any, wanted: Sequence[_Lying], folder: Path) -> list[_Lying]:
    """Those that came; a service that makes room may remove or move a file between the look and the copy."""
    came = []
    with progress_bar("fetch records", len(wanted)) as advance:
        for one in wanted:
            with suppress(FileNotFoundError):
                _fetch(files, one, folder / one.path)
                came.append(one)
            advance(1)
    return came


def _open(source: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs  # comes with DVC

    try:
        files, root = url_to_fs(source)
    except (ImportError, ValueError) as error:
        raise DataError(f"{source} cannot be read: {error}. {HOW} `pip install 'tinysight[s3]'` or `[gs]`.") from None
    return files, str(root).rstrip("/")


def _listed(files: Any, root: str) -> Iterator[_Lying]:
    """The files of records, the feedback first: what it is about must not be missing because it came meanwhile."""
    for kind in (FEEDBACK, KEPT, CAPTURES):
        place = f"{root}/{kind}"
        found = files.ls(place, detail=True, refresh=True) if files.isdir(place) else []
        for one in found:
            name = str(one["name"]).rpartition("/")[2]
            if NAME.fullmatch(name) and one["type"] == "file":
                yield _Lying(one["name"], f"{kind}/{name}", int(one["size"]), _changed(one))


def _changed(facts: dict[str, Any]) -> float:
    """When a file was written last, in seconds since 1970; 0 where its store does not say."""
    known = next((facts[name] for name in ("mtime", "LastModified", "updated") if facts.get(name)), 0.0)
    if isinstance(known, str):
        known = datetime.fromisoformat(known)
    return known.timestamp() if isinstance(known, datetime) else float(known)


def _is_here(path: Path, size: int) -> bool:
    return path.exists() and path.stat().st_size >= size


def _fetch(files: Any, one: _Lying, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole(target) as draft:
        files.get_file(one.place, str(draft))
        if one.changed:
            os.utime(draft, (one.changed, one.changed))  # by it, old files are passed over
