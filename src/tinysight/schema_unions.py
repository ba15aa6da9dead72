"""Pydantic's errors about values that may be of several kinds: those of the kind that comes nearest, or all in one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_core import ErrorDetails

SHOULD = "Input should be "


def nearest_kinds(details: Iterable[ErrorDetails], content: Any) -> list[ErrorDetails]:
    """Leaves one error where a union has one for each of its kinds, and those of one kind where there are more.

    Args:
        details: all errors about the content.
        content: what was checked, as JSON has it.
    """
    left = list(details)
    unions: dict[tuple[Any, ...], dict[Any, list[ErrorDetails]]] = defaultdict(lambda: defaultdict(list))
    for detail in left:
        for place in tags(detail, content):
            unions[detail["loc"][:place]][detail["loc"][place]].append(detail)
    for kinds in unions.values():
        tried = [detail for found in kinds.values() for detail in found]
        told = _told(list(kinds.values()))
        left = [detail for detail in left if detail in told or detail not in tried]
    return left


def tags(detail: ErrorDetails, content: Any) -> list[int]:
    """The places in an error's path that are no keys of the content: there stands which kind of a union was tried."""
    value, loc = content, detail["loc"]
    found: list[int] = []
    keys = loc[:-1] if detail["type"] == "missing" else loc
    for place, part in enumerate(keys):
        of_list = isinstance(value, Sequence) and isinstance(part, int) and part < len(value)
        if of_list or (isinstance(value, dict) and part in value):
            value = value[part]
        else:
            found.append(place)
    return found


def _told(kinds: Sequence[list[ErrorDetails]]) -> list[ErrorDetails]:
    """The errors of the kind that has the fewest; where the value is of none of them, one that names them all."""
    nearer = [found for found in kinds if not _another_kind(found)]
    if nearer or len(kinds) == 1:
        return min(nearer or kinds, key=len)
    only = kinds[0][0]
    messages = dict.fromkeys(found[0]["msg"].removeprefix(SHOULD) for found in kinds)
    only["msg"] = SHOULD + " or ".join(messages)
    return [only]


def _another_kind(found: list[ErrorDetails]) -> bool:
    return len(found) == 1 and found[0]["type"].endswith("_type")
