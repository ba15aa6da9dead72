"""What is wrong with a configuration, in words: the key, what is allowed, what was received."""

import difflib
import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel


def explain(detail: Any, schema: type[BaseModel]) -> str:
    """Words for one of pydantic's errors about params.yaml.

    Args:
        detail: an entry of `ValidationError.errors()`.
        schema: the class of the whole file, for the names that are allowed.
    """
    loc = [str(part) for part in detail["loc"]]
    key = ".".join(_without_tags(loc))
    if detail["type"] == "extra_forbidden":
        return f"unknown key {key}.{_nearest(loc, schema)} Remove it or correct its name."
    if detail["type"] == "missing":
        return f"{key} is missing."
    message = detail["msg"].removeprefix("Value error, ")
    received = "" if isinstance(detail["input"], dict) else f" Received: {json.dumps(detail['input'], default=str)}."
    return f"{key}: {message}.{received}"


def _without_tags(loc: Iterable[str]) -> list[str]:
    """Drops the discriminator's tag, which pydantic puts into the path of an error."""
    parts = list(loc)
    if parts[:1] == ["dataset"]:
        return parts[:1] + parts[2:]
    if parts[:1] == ["models"]:
        return parts[:2] + parts[3:]
    return parts


def _nearest(loc: list[str], schema: type[BaseModel]) -> str:
    names = {(f.alias or n): f.annotation for n, f in schema.model_fields.items()}
    inner = names.get(loc[0]) if len(loc) > 1 else None
    known = list(inner.model_fields) if isinstance(inner, type) and issubclass(inner, BaseModel) else list(names)
    close = difflib.get_close_matches(loc[-1], known, 1)
    return f" Did you mean {close[0]}?" if close else ""
