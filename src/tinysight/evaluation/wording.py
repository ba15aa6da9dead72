"""Figures as people read them."""

import math
import re
from collections.abc import Iterator

from tinysight.evaluation.scores import Cost
from tinysight.params import ExpectedParams
from tinysight.params.ranges import LOSSLESS

CHANGES = {  # keys of evaluate.expected, as what is done to pictures
    "shift": "shifted by up to {percent:g} %",
    "rotation": "turned by up to {value:g}°",
    "scale": "scaled by up to {percent:g} %",
    "brightness": "made lighter or darker by up to {percent:g} %",
    "contrast": "changed in contrast by up to {percent:g} %",
    "blur": "blurred by up to {percent:g} % of the side",
    "noise": "given noise of up to {percent:g} %",
}
MODEL_ALONE = "(model alone)"  # of a memory without the service around the model


def percent(share: float) -> str:
    """0.9613 → 96.1 %."""
    return f"{share * 100:.1f} %"


def percent_range(bounds: tuple[float, float]) -> str:
    """(0.945, 0.973) → 94.5–97.3."""
    return f"{bounds[0] * 100:.1f}–{bounds[1] * 100:.1f}"


def points(difference: float) -> str:
    """Of two shares: 0.0071 → 0.7 points."""
    return f"{abs(difference) * 100:.1f} points"


def count(number: int) -> str:
    """12345678 → 12 million; 2352 → 2.4 thousand."""
    for size, word in ((10**9, " billion"), (10**6, " million"), (10**3, " thousand")):
        if number >= size:
            return two_digits(number / size) + word
    return str(number)


def file_size(size: int) -> str:
    """61234 bytes → 61 kB; 1234567 → 1.2 MB."""
    return f"{two_digits(size / 1e6)} MB" if size >= 999_500 else f"{two_digits(size / 1e3)} kB"


def duration_ms(milliseconds: float) -> str:
    """0.01734 → 0.017 ms."""
    return f"{two_digits(milliseconds)} ms"


def duration(seconds: float) -> str:
    """95.2 → 95 s; 754 → 13 min."""
    return f"{two_digits(seconds)} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def cost(mean: float) -> str:
    """What a mistake costs on average, in the user's own unit: 0.01234 → 0.0123, 34.56 → 34.6."""
    decimals = 2 if mean <= 0 else min(6, max(0, 2 - math.floor(math.log10(mean))))
    return f"{mean:,.{decimals}f}"


def memory(megabytes: float | None) -> str:
    """56.7 → 57 MB; unknown where the system does not tell."""
    return "unknown" if megabytes is None else f"{megabytes:.0f} MB"


def memory_taken(taken: Cost) -> str:
    """The memory of the service: 99 MB; where only a process with the model was measured: 57 MB (model alone)."""
    alone = taken.service_mb is None and taken.peak_mb is not None
    return memory(taken.deployed_mb) + (f" {MODEL_ALONE}" if alone else "")


def two_digits(number: float) -> str:
    """At least two significant digits, without an exponent: 0.01734 → 0.017, 3.04 → 3.0, 123.4 → 123."""
    if number >= 9.95:
        return f"{number:.0f}"
    decimals = 1
    while decimals < 6 and 0 < number < 0.995 * 10 ** (1 - decimals):
        decimals += 1
    return f"{number:.{decimals}f}"


def rounded(number: float) -> str:
    """Two significant digits, as far as a clock can be trusted: 0.0123 → 0.012, 1153.2 → 1,200."""
    return f"{float(f'{number:.2g}'):,.0f}" if number >= 9.95 else two_digits(number)


def ratio(mine: int, other: int, what: str) -> str:
    """How mine compares: `12 times fewer multiply-adds`, `30 % more multiply-adds`."""
    less, more = min(mine, other), max(mine, other)
    word = "fewer" if mine < other else "more"
    factor = more / max(1, less)
    if factor >= 1.95:
        return f"{two_digits(factor).removesuffix('.0')} times {word} {what}"
    if factor < 1.005:
        return f"as many {what}"
    change = 1 - less / more if mine < other else factor - 1
    return f"{change * 100:.0f} % {word} {what}"


def cell(text: str) -> str:
    """Text in a cell of a Markdown table: a class may be called `a|b` or `<b>`."""
    return re.sub(r"<(?=[a-z/!?])", "&lt;", " ".join(text.split()).replace("|", "\\|"), flags=re.IGNORECASE)


def p_value(p: float) -> str:
    """0.0312 → p = 0.031; what is smaller than anybody needs to know is called so."""
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.2g}"


def motion(expected: ExpectedParams) -> str:
    """What the user expects of pictures: `shifted by up to 15 % and turned by up to 10°`."""
    parts = list(_changes(expected))
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts) or "as they are"


def _changes(expected: ExpectedParams) -> Iterator[str]:
    for name, words in CHANGES.items():
        if share := getattr(expected, name):
            yield words.format(percent=share * 100, value=share)
    if expected.jpeg_quality < LOSSLESS:
        yield f"saved as JPEG of a quality of {expected.jpeg_quality} or more"
