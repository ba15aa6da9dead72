"""What validate says of a suspect in words, and those words read again by whoever sends it to a labelling tool."""

import re

from tinysight.data.suspects import Suspect


def in_words(suspect: Suspect) -> str:
    """`labelled cat, looks like dog (97 %)`."""
    return f"labelled {suspect.given}, looks like {suspect.likely} ({100 * suspect.confidence:.0f} %)"


def read_words(words: str) -> tuple[str, float] | None:
    """The likely class and the confidence; None where other words stand."""
    found = re.fullmatch(r"labelled .*, looks like (.*) \((\d+) %\)", words, re.DOTALL)
    return (found[1], int(found[2]) / 100) if found else None
