"""Downloaded versions on disk: one folder each, and the last one that was found good."""

import hashlib
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from serve.version import Release
from tinysight.bundle import MODEL, open_bundle
from tinysight.errors import BundleError

KEPT = 3  # versions: the served one, and two to go back to without the registry
DRAFT = "*.part"
ABANDONED = 3600.0  # seconds after which a draft belongs to nobody; longer than any fetch may take


class VersionCache:
    """The versions of one registered model of one registry.

    `<root>/<registry>/<name>/<version>/` is a bundle; `<alias>.last-good` beside it holds a version.
    """

    def __init__(self, root: Path, tracking_uri: str, name: str, alias: str) -> None:
        registry = hashlib.sha256(tracking_uri.encode()).hexdigest()[:12]  # two registries may number alike
        self.name = name
        self.folder = root / registry / name
        self._pointer = self.folder / f"{alias}.last-good"

    def version(self, version: str) -> Path:
        """Where a version's bundle belongs."""
        return self.folder / version

    def draft(self, version: str) -> Path:
        """Where this process may put a version together; it is served only after it was placed."""
        return self.folder / f"{version}.{os.getpid()}.part"

    def holds(self, version: str, sha256: str | None) -> bool:
        """True when a whole bundle is there, with the model that the registry means."""
        try:
            found = open_bundle(self.version(version)).sha256[MODEL]
        except (BundleError, OSError):
            return False
        return sha256 is None or found == sha256

    def place(self, draft: Path, version: str) -> Path:
        """Moves a checked draft to its place, in one step where nothing damaged is in the way; the place.

        Raises:
            OSError: if the cache cannot be written.
        """
        target = self.version(version)
        try:
            os.replace(draft, target)
        except OSError:
            aside = target.with_name(f"{version}.{os.getpid()}.old.part")
            os.replace(target, aside)
            os.replace(draft, target)
            shutil.rmtree(aside, ignore_errors=True)
        return target

    def remember(self, release: Release) -> None:
        """Writes down that a version was checked and can be served again without the registry.

        Raises:
            OSError: if the cache cannot be written.
        """
        part = self._pointer.with_name(f"{self._pointer.name}.{os.getpid()}.part")
        part.write_text(f"{release.version}\n{release.folder}\n", encoding="utf-8")
        os.replace(part, self._pointer)
        os.utime(release.folder)  # versions are dropped by how long ago they were taken into service

    def last_good(self) -> Release | None:
        """The version that was served last, if it is still here; its files are not checked yet."""
        folder = _named_by(self._pointer)
        return Release(name=self.name, version=folder.name, folder=folder) if folder and folder.is_dir() else None

    def prune(self) -> None:
        """Drops what nobody will go back to: all but the versions used last, and drafts of killed processes.

        Raises:
            OSError: if the cache cannot be read.
        """
        needed = {_named_by(pointer) for pointer in self.folder.glob("*.last-good")}  # other aliases have theirs
        versions = [path for path in self.folder.iterdir() if path.name.isdecimal() and path.is_dir()]
        for path in sorted(versions, key=_age)[KEPT:]:
            if path not in needed:
                shutil.rmtree(path, ignore_errors=True)
        for path in self.folder.glob(DRAFT):
            if _age(path) > ABANDONED:
                _drop(path)

    def drop_drafts(self, pid: int) -> None:
        """Removes what a process that was killed has left behind."""
        for path in self.folder.glob(DRAFT):
            if f".{pid}." in path.name:
                _drop(path)


def _named_by(pointer: Path) -> Path | None:
    try:
        _, folder = pointer.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return None
    return Path(folder)


def _age(path: Path) -> float:
    """Seconds since a folder was put there or last taken into service."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")


def _drop(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):
        path.unlink()
