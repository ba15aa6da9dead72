"""Whether the pictures of a commit can still be fetched: its .dvc file, and what the default remote of DVC holds."""

import configparser
import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tinysight.tracking.work_tree import file_at


@dataclass(frozen=True)
class Pointer:
    """A .dvc file as of a commit.

    Attributes:
        path: of the .dvc file, from the project's folder.
        digest: md5 of what it stands for, as DVC names it: with `.dir` for a folder; empty where it cannot be read.
    """

    path: str
    digest: str


def pointer_of(root: Path, commit: str, pictures: str) -> Pointer | None:
    """The .dvc file that stood for these pictures, or for a folder above them; None if there was none.

    Args:
        root: the project.
        commit: as of which.
        pictures: dataset.path, from the project's folder.
    """
    path = PurePosixPath(pictures)
    for place in (path, *path.parents[:-1]):
        text = file_at(root, commit, f"{place}.dvc")
        if text is not None:
            return Pointer(f"{place}.dvc", _digest(text))
    return None


def remote_holds(root: Path, pointer: Pointer) -> tuple[bool | None, str]:
    """Whether DVC's default remote has every file, and its name; None where it is no folder of this machine."""
    name, url = default_remote(root)
    folder = root / ".dvc" / url if url and "://" not in url else None
    if folder is None or not pointer.digest:
        return None, name or "of DVC"
    return _holds(folder.resolve(), pointer.digest), name


def default_remote(root: Path) -> tuple[str, str]:
    """Name and URL of DVC's default remote, as .dvc/config and .dvc/config.local say; empty for none."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        parser.read([root / ".dvc" / "config", root / ".dvc" / "config.local"], encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return "", ""
    name = parser.get("core", "remote", fallback="")
    return name, parser.get(f"'remote \"{name}\"'", "url", fallback="")


def _digest(text: str) -> str:
    import yaml  # the job of a workflow that proposes results has no packages, and asks for the remote here

    try:
        return str(yaml.safe_load(text)["outs"][0]["md5"])
    except (yaml.YAMLError, KeyError, TypeError, IndexError):
        return ""


def _holds(folder: Path, digest: str) -> bool:
    """Whether a folder laid out as DVC's remotes has this file and, of a list of files, each of them."""
    place = folder / "files" / "md5" / digest[:2] / digest[2:]
    if not digest.endswith(".dir"):
        return place.is_file()
    try:
        entries = [str(entry["md5"]) for entry in json.loads(place.read_text(encoding="utf-8"))]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return all(_holds(folder, entry) for entry in entries)
