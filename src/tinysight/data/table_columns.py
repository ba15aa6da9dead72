"""Which columns of a table say where a picture is and what it shows: as the user names them, or as most people do."""

from collections.abc import Mapping, Sequence

from tinysight.errors import ConfigError

USUAL = {
    "path": ("path", "file", "filename", "file_name", "filepath", "file_path", "image", "image_path", "img", "picture"),
    "label": ("class_name", "label", "labels", "class", "category", "target"),
    "split": ("split", "side", "subset", "partition"),
    "group": ("group", "group_id"),
}


def find_columns(names: Sequence[str], asked: Mapping[str, str]) -> dict[str, str | None] | None:
    """The columns of path, label, split and group; None if the table does not seem to be of pictures.

    Args:
        names: of the table's columns.
        asked: what the user said, any of the four.
    """
    found = {role: asked.get(role) or _usual(role, names) for role in USUAL}
    return found if found["path"] and found["label"] else None


def read_asked(text: str) -> dict[str, str]:
    """What stands after --columns: `path=file,label=kind`.

    Raises:
        ConfigError: if it is not so.
    """
    pairs = [pair.partition("=") for pair in text.split(",")] if text else []
    asked = {role.strip(): name.strip() for role, _, name in pairs}
    wrong = [role for role, name in asked.items() if role not in USUAL or not name]
    if wrong:
        raise ConfigError(
            f"--columns takes any of {', '.join(f'{role}=NAME' for role in USUAL)}, with commas between."
            f" Received: {text}. For instance: --columns path=file,label=species."
        )
    return asked


def _usual(role: str, names: Sequence[str]) -> str | None:
    """The usual name that stands first in the list above; None if the table has none."""
    plain = {name.lower(): name for name in reversed(names)}
    return next((plain[usual] for usual in USUAL[role] if usual in plain), None)
