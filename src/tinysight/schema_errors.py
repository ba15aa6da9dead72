"""What is wrong with a configuration, in words: the key, what is allowed, what was received."""

import difflib
import json
from collections.abc import Iterable
from typing import Annotated, Any, get_args, get_origin

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
    return f"{key}: {message}.{received}" if key else f"{message}.{received}"  # of several sections together


def _without_tags(loc: Iterable[str]) -> list[str]:
    """Drops the discriminator's tag, which pydantic puts into the path of an error."""
    parts = list(loc)
    if parts[:1] == ["dataset"]:
        return parts[:1] + parts[2:]
    if parts[:1] == ["models"]:
        return parts[:2] + parts[3:]
    return parts


def _nearest(loc: list[str], schema: type[BaseModel]) -> str:
    known = _names_at(loc[:-1], schema)
    close = difflib.get_close_matches(loc[-1], known, 1)
    return f" Did you mean {close[0]}?" if close else ""


def _names_at(loc: list[str], annotation: Any) -> list[str]:
    """The keys that are allowed at a place, whose path holds the tags of unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in annotation.model_fields.items()}
        return _names_at(loc[1:], fields.get(loc[0])) if loc else list(fields)
    inner = [part for part in get_args(annotation) if part is not str]  # of a dict, a union or an Annotated
    tagged = [part for part in inner if loc and _kind_of(part) == loc[0]]
    if tagged:
        return _names_at(loc[1:], tagged[0])
    if get_origin(annotation) is dict:
        return _names_at(loc[1:], inner[-1])
    return [name for part in inner for name in _names_at(loc, part)]


def _kind_of(part: Any) -> str:
    """The tag of a member of a union."""
    part = get_args(part)[0] if get_origin(part) is Annotated else part
    kind = part.model_fields.get("kind") if isinstance(part, type) and issubclass(part, BaseModel) else None
    return str((get_args(kind.annotation) or ("",))[0]) if kind else ""
