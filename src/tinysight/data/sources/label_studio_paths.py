"""Finds the pictures that Label Studio names: local files, uploads, addresses; nothing is ever fetched."""

import re
from dataclasses import replace
from hashlib import sha256
from urllib.parse import SplitResult, unquote, urlsplit

from tinysight.data.sources.picture_index import Found, PictureIndex

UPLOAD = re.compile(r"[0-9a-f]{8}-(?=.)")  # what Label Studio puts before the name of an uploaded file
DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def find_picture(image: str, index: PictureIndex) -> Found:
    """The picture that a task names, wherever it lies in the source now.

    Args:
        image: as Label Studio writes it: `/data/local-files/?d=…`, `/data/upload/…`, an address or a path.
        index: the source's pictures.
    """
    if image.startswith("data:"):
        name = f"inside the export/{sha256(image.encode()).hexdigest()[:16]}"
        return Found(name, None, "The picture lies inside the export, not beside it. Save it as a file and label that.")
    _, local, path = image.partition("/local-files/?d=")
    if local:
        return index.find(*_variants(unquote(path)))
    address = _address(image)
    if address is None or not (address.scheme or address.path.startswith("/data/")):
        return index.find(*_variants(image), *_variants(unquote(image)))
    path = unquote(address.path.removeprefix("/data/upload/"))
    found = index.find(*_variants(f"{address.hostname or ''}/{path}"))
    if found.origin is None and address.scheme and address.scheme != "file":
        return replace(found, problem=_remote(found.path))
    return found


def _address(image: str) -> SplitResult | None:
    """The parts of an address; None for a path of Windows, whose drive looks like the beginning of one."""
    try:
        return None if DRIVE.match(image) else urlsplit(image)
    except ValueError:
        return None


def _variants(path: str) -> list[str]:
    """The path, and the same without what an upload put before the file's name."""
    folder, slash, name = path.rpartition("/")
    stripped = UPLOAD.sub("", name, count=1) if UPLOAD.match(name) else name
    return [path] if stripped == name else [path, f"{folder}{slash}{stripped}"]


def _remote(path: str) -> str:
    return (
        f"The labels name a picture on a server ({path}), and nothing is fetched from there. Export it with the images,"
        " or download them, and name their folder as dataset.images."
    )
