"""The table of `make bench-serving`, and what it must show."""

from collections.abc import Mapping
from typing import Any

from tests.bench.contenders import RIVALS

Rows = Mapping[str, Mapping[str, Any]]
OF_CEILING, P99_OF_P50 = 0.65, 3.0
COLUMNS = (
    ("requests_per_s", "req/s", "{:.0f}"),
    ("of_ceiling", "of ceiling", "{:.3f}"),
    ("ours_is", "ours is", "{:.2f} ×"),
    ("p50_ms", "p50 ms", "{:.1f}"),
    ("p99_ms", "p99 ms", "{:.1f}"),
    ("errors", "errors", "{:.0f}"),
    ("pss_mib", "PSS MiB", "{:.0f}"),
    ("cpu_ms", "CPU ms", "{:.2f}"),
    ("start_s", "start s", "{:.2f}"),
)


def table(rows: Rows) -> str:
    """One line a server, as Markdown."""
    lines = ["| server | " + " | ".join(head for _, head, _ in COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name, row in rows.items():
        cells = [form.format(row[key]) if key in row else "" for key, _, form in COLUMNS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def turns_of(rows: Rows) -> str:
    """What was measured in each turn, as a list."""
    lines = ["Each turn; the ratios are of turns beside each other:"]
    for name, row in rows.items():
        parts = [f"{key} {' '.join(f'{value:g}' for value in values)}" for key, values in row["turns"].items()]
        lines.append(f"- {name}: {'; '.join(parts)}")
    return "\n".join(lines)


def missed(rows: Rows) -> list[str]:
    """What was promised of our service and did not come true; empty when all did."""
    ours, found = rows["tinysight"], []
    if ours["of_ceiling"] < OF_CEILING:
        found.append(f"{ours['of_ceiling']:.3f} of the ceiling; at least {OF_CEILING} was promised")
    if ours["p99_ms"] > P99_OF_P50 * ours["p50_ms"]:
        found.append(f"p99 is {ours['p99_ms'] / ours['p50_ms']:.1f} times p50; at most {P99_OF_P50} was promised")
    if ours["errors"]:
        found.append(f"{ours['errors']} errors; none was promised")
    if not ours["drift_watched"]:
        found.append("drift was not watched in every turn; all of the service was to be on")
    for rival in RIVALS:
        times = rows[rival.name]["ours_is"]
        if times < rival.times:
            found.append(f"{times:.2f} times {rival.name}; at least {rival.times} was promised")
    return found
