"""What `tinysight drift` has found, for programs and in words."""

from typing import Any

from tinysight.drift.measures import NAMES
from tinysight.drift.window import Finding
from tinysight.drifting.judged import Judged

GOOD_WINDOW = 100  # pictures; with fewer, small changes are not found


def as_json(judged: Judged) -> dict[str, Any]:
    """What programs read."""
    found = judged.comparison
    return {
        "drifted": found.drifted,
        "model": judged.bundle.name,
        "model_version": judged.bundle.version,
        "pictures": found.pictures,
        "passed_over": judged.passed_over,
        "broken": judged.broken,
        "reference_pictures": found.reference_pictures,
        "false_alarms": found.false_alarms,
        "shares": judged.shares,
        "statistics": [_figures(judged, finding) for finding in found.findings],
        "classes": {name: {"before": round(b, 4), "now": round(n, 4)} for name, b, n in judged.class_shares()},
    }


def _figures(judged: Judged, finding: Finding) -> dict[str, Any]:
    figures = {"name": finding.name, "drifted": finding.drifted, "p": round(finding.p, 6), "change": finding.change}
    if finding.name in NAMES:
        figures["median_before"], figures["median_now"] = judged.medians(finding.name)
    return figures


def as_text(judged: Judged) -> str:
    """What people read in a terminal."""
    found, lines = judged.comparison, [headline(judged)]
    for one in found.findings:
        if one.drifted:
            moved = " → ".join(f"{value:.4g}" for value in judged.medians(one.name)) if one.name in NAMES else ""
            lines.append(f"  {one.name}, p {probability(one.p)}{', middle ' if moved else ''}{moved}")
    if found.pictures < GOOD_WINDOW:
        lines.append(f"{found.pictures} pictures show large changes only: small ones need {GOOD_WINDOW} or more.")
    if judged.broken:
        lines.append(f"{judged.broken} pictures could not be decoded.")
    return "\n".join(lines)


def headline(judged: Judged) -> str:
    """What was found, in a few words, and of what."""
    return f"{'The pictures have changed' if judged.comparison.drifted else 'No change is seen'}. {compared(judged)}"


def compared(judged: Judged) -> str:
    """One sentence: what was compared with what."""
    found, version = judged.comparison, f"version {judged.bundle.version} of {judged.bundle.name}"
    pictures = "One picture was" if found.pictures == 1 else f"{found.pictures:,} pictures were"
    return f"{pictures} compared with {found.reference_pictures:,} that {version} was judged on."


def probability(p: float) -> str:
    """A p value in few digits."""
    return "< 0.01" if p < 0.01 else f"{p:.2g}"
