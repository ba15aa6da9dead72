"""What docs/drift.md quotes of docs/figures: how often drift is seen where there is none, and where there is."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.bench.measured import Figures

SETS = {"digits": "digits", "fashion": "Fashion-MNIST"}
NEVER = 1000  # of 300 pictures: the alarm did not come


def drift(figures: Figures) -> str:
    """The table of windows and streams, and a sentence on what it costs."""
    found, origin = figures.read("drift"), figures.origin("drift")
    sets, cost = {key: name for key, name in SETS.items() if key in found}, found["cost"]
    one = found[next(iter(sets))]
    head = "".join(f" {name}: windows with an alarm | {name}: alarm within 300 |" for name in sets.values())
    lines = [f"| what has changed |{head}", "|---|" + "---|---|" * len(sets)]
    for change in one["changes"]:
        cells = (_cells(found[key], change) for key in sets)
        lines.append(f"| {change} | {' | '.join(cells)} |")
    quiet = " and ".join(f"{found[key]['quiet']:,} ({name})" for key, name in sets.items())
    early = " and ".join(f"{_early(found[key])} ({name})" for key, name in sets.items())
    watching = cost["measuring_us"] + cost["weighing_us"]
    rows = (
        f"Each row: {one['windows']} windows of {one['window']} pictures, each with a reference of its own of"
        f" {one['reference']:,} pictures; and as many streams, in which the change comes after {quiet} unchanged"
        f" pictures, none of them twice. An alarm came before the change in {early} of those streams, 1 in 100 being"
        f" allowed. From {origin}."
    )
    spent = (
        f"Watching takes {watching:.0f} µs of a picture's time, {100 * watching / cost['photo_us']:.1f} % of what"
        f" decoding a photo of 54 KB to 64 pixels and a tiny model take ({cost['photo_us']:.0f} µs, without HTTP); the"
        f" reference is a file of {cost['reference_bytes'] / 1000:.0f} kB."
    )
    return "\n".join([*lines, "", rows, "", spent])


def _cells(found: Mapping[str, Any], change: str) -> str:
    one, of = found["changes"][change], found["windows"]
    after = one["pictures_to_alarm"]
    usual = f", usually after {after:g}" if after is not None and after < NEVER else ""
    return f"{one['window_alarms']} of {of} | {one['alarms_within_300']} of {of}{usual}"


def _early(found: Mapping[str, Any]) -> str:
    """Alarms before the change: the same streams stand in every row."""
    return f"{found['changes']['nothing']['early_alarms']} of {found['windows']}"


DRIFT_BLOCKS: Mapping[str, Callable[[Figures], str]] = {"drift": drift}
"""By the name of their place."""
