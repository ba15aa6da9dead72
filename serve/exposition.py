"""Series and their numbers as Prometheus reads them, in its text format 0.0.4."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from serve.families import FAMILIES, Family

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\t": " "})


def series(family: Family, **labels: str) -> str:
    """The name of one series of a metric; equal labels give equal names."""
    if not labels:
        return family.name
    words = ",".join(f'{name.rstrip("_")}="{value.translate(ESCAPES)}"' for name, value in labels.items())
    return f"{family.name}{{{words}}}"


def exposition(numbers: Mapping[str, Sequence[float]]) -> str:
    """The text of all families, with or without a series.

    Args:
        numbers: by series: one number; of a histogram one a bucket, then those above all buckets, then the sum.
    """
    of_family: dict[str, list[str]] = {family.name: [] for family in FAMILIES}
    for name in numbers:
        of_family[name.partition("{")[0]].append(name)
    lines: list[str] = []
    for family in FAMILIES:
        lines += (f"# HELP {family.name} {family.meaning}", f"# TYPE {family.name} {family.kind}")
        for name in sorted(of_family[family.name]):
            lines += (
                _histogram(family, name, numbers[name]) if family.buckets else [f"{name} {_text(numbers[name][0])}"]
            )
    return "\n".join(lines) + "\n"


def _histogram(family: Family, name: str, numbers: Sequence[float]) -> Iterator[str]:
    """Its buckets count from the lowest up, as Prometheus wants it; the cells count each its own."""
    labels = name.removeprefix(family.name)[1:-1]
    before, after = (f"{labels},", f"{{{labels}}}") if labels else ("", "")
    *counts, total = numbers
    bounds = [*map(repr, family.buckets), "+Inf"]
    for bound, count in zip(bounds, accumulate(counts), strict=True):
        yield f'{family.name}_bucket{{{before}le="{bound}"}} {_text(count)}'
    yield f"{family.name}_sum{after} {_text(total)}"
    yield f"{family.name}_count{after} {_text(sum(counts))}"


def _text(number: float) -> str:
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
