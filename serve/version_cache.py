"""Downloaded versions on disk: one folder each, and the last one that was found good."""

import hashlib
import os
from pathlib import Path

from serve.settings import Release


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

    def remember(self, release: Release) -> None:
        """Writes down that a version was checked and can be served again without the registry.

        Raises:
            OSError: if the cache cannot be written.
        """
        part = self._pointer.with_name(f"{self._pointer.name}.{os.getpid()}.part")
        part.write_text(f"{release.version}\n{release.folder}\n", encoding="utf-8")
        os.replace(part, self._pointer)

    def last_good(self, trouble: str) -> Release | None:
        """The version that was served last, if it is still here.

        Args:
            trouble: why it is needed; goes with it.
        """
        try:
            version, folder = self._pointer.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            return None
        return Release(name=self.name, version=version, folder=Path(folder), trouble=trouble)
