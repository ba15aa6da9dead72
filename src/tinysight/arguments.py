"""What commands take for numbers; argparse puts the option's name before each refusal."""

import argparse
from collections.abc import Callable


def whole_number(most: int | None = None) -> Callable[[str], int]:
    """The `type` of an option that takes a number from 1 on, or up to the most."""

    def read(word: str) -> int:
        number = int(word) if word.isdecimal() else 0
        if number < 1 or (most is not None and number > most):
            allowed = "from 1 on" if most is None else f"between 1 and {most:,}"
            raise argparse.ArgumentTypeError(f"must be a whole number {allowed}; received {word}")
        return number

    return read
