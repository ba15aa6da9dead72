"""What the folders of classes are called."""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

LONGEST = 100  # bytes of a folder's name; file systems allow 255
UNSAFE = re.compile(r"[/\\\x00-\x1f\x7f]+")


def folder_names(names: Iterable[str], taken: Mapping[str, str] | None = None) -> dict[str, str]:
    """A folder for each class: its own name where a folder can be called so, and never one for two classes.

    Args:
        names: of the classes.
        taken: folders by the class that has them already.
    """
    folders = dict(taken or {})
    # a class whose own name is free has it, whatever another's name would become
    for name in sorted({*names} - folders.keys(), key=lambda name: (safe_name(name) != name, name)):
        folder = safe_name(name)
        if folder in folders.values():
            folder = f"{folder}-{_mark(name)}"
        folders[name] = folder
    return folders


def safe_name(name: str) -> str:
    """The name as one part of a path that no program hides or mistakes: `T-shirt/top` is `T-shirt_top`."""
    safe = UNSAFE.sub("_", name).strip()
    safe = f"_{safe.lstrip('.')}" if safe.startswith(".") else safe or "_"
    if len(safe.encode()) <= LONGEST:
        return safe
    return f"{safe.encode()[: LONGEST - 9].decode(errors='ignore')}-{_mark(name)}"


def _mark(name: str) -> str:
    return sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
