"""What is wrong with a configuration, in words: the key, what is allowed, what was received."""

import difflib
import json
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tinysight.schema_unions import nearest_kinds, tags

PLAIN = {  # what a programmer says to YAML, for pydantic's words about JSON
    "Value error, ": "",
    "Input should be ": "must be ",
    "a valid number": "a number",
    "a valid integer": "a whole number",
    "a valid array": "a list",
    "a valid boolean": "true or false",
    "a valid string": "text",
    "an object": "a mapping of keys to values",
}


def explanations(error: ValidationError, schema: type[BaseModel], content: Any) -> list[str]:
    """Words for each thing that is wrong.

    Args:
        error: what pydantic says.
        schema: the class that the content was checked against, for the names that are allowed.
        content: what was checked: plain values, as YAML gives them.
    """
    return [_explain(detail, schema, content) for detail in nearest_kinds(error.errors(), content)]


def _explain(detail: ErrorDetails, schema: type[BaseModel], content: Any) -> str:
    loc = [str(part) for part in detail["loc"]]
    inner = tags(detail, content)
    key = ".".join(part for place, part in enumerate(loc) if place not in inner)
    if detail["type"] == "extra_forbidden":
        return f"unknown key {key}.{_nearest(loc, schema)} Remove it or correct its name."
    if detail["type"] == "missing":
        return f"{key} is missing."
    message = _plain(detail["msg"])
    received = "" if isinstance(detail["input"], dict) else f" Received: {json.dumps(detail['input'], default=str)}."
    return f"{key}: {message}.{received}" if key else f"{message}.{received}"  # of several sections together


def _plain(message: str) -> str:
    for words, plain in PLAIN.items():
        message = message.replace(words, plain)
    return message


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
