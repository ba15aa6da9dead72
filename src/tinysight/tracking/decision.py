"""What register decided, with all that it rests on, as text for people and JSON for programs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tinysight.evaluation.comparison import Comparison
from tinysight.evaluation.gate import Check
from tinysight.evaluation.wording import cell, percent, points

MOST_TOLD = 3  # findings that a reason repeats word for word
SIGNS = {"passed": "yes", "open": "not shown", "failed": "no"}


@dataclass(frozen=True)
class Decision:
    """What register decided.

    Attributes:
        outcome: `promoted`; `challenger`: registered and kept under that alias; `refused`: must not replace the
            champion; `kept`: production already; `published`: runs only.
        reason: why, in a sentence or two.
        name: the registered model.
        candidate: the verdict's choice; None if it chose none.
        version: the version that holds it; empty if it was not registered.
        champion: the version that was production before; empty if there was none.
        rows: how many test pictures both were judged on.
        accuracy: the candidate's on them.
        champion_accuracy: the champion's on them.
        rule: what the candidate had to show, and why that; empty without a champion.
        checks: each condition with what was found.
        comparison: of candidate and champion.
        warnings: what makes the figures less sure than they look.
        test_digest: which pictures judged.
        judged: how many models of this registry these pictures have judged, this one included.
    """

    outcome: Literal["promoted", "challenger", "refused", "kept", "published"]
    reason: str
    name: str = ""
    candidate: str | None = None
    version: str = ""
    champion: str = ""
    rows: int = 0
    accuracy: float | None = None
    champion_accuracy: float | None = None
    rule: str = ""
    checks: tuple[Check, ...] = ()
    comparison: Comparison | None = None
    warnings: tuple[str, ...] = ()
    test_digest: str = ""
    judged: int = 0

    def line(self) -> str:
        """The decision in one line."""
        what = f"{self.name} {self.version}".strip()
        return f"{what}: {self.outcome}. {self.reason}"

    def as_json(self) -> dict[str, Any]:
        """For programs, and for the version's tag."""
        return asdict(self)


def told(checks: Sequence[Check]) -> list[str]:
    """What was found, the first ones in full: release.md and `tinysight registry show` have all."""
    rest = ", ".join(check.name for check in checks[MOST_TOLD:])
    return [*(check.finding for check in checks[:MOST_TOLD]), *([f"Not held either: {rest}."] if rest else [])]


def release_text(decision: Decision) -> str:
    """The decision as Markdown: reports/release.md."""
    lines = [f"# Release: {decision.outcome}", "", decision.reason, ""]
    for warning in decision.warnings:
        lines += [f"**Note.** {warning}", ""]
    lines += ["| | |", "|---|---|", *(f"| {what} | {value} |" for what, value in _facts(decision) if value)]
    if decision.checks:
        lines += ["", "| condition | held | what was found |", "|---|---|---|"]
        lines += [f"| {cell(check.name)} | {SIGNS[check.grade]} | {cell(check.finding)} |" for check in decision.checks]
    if decision.comparison:
        lines += ["", *_classes(decision.comparison)]
    return "\n".join(lines) + "\n"


def _facts(decision: Decision) -> list[tuple[str, str]]:
    found = decision.comparison
    return [
        ("model", decision.name),
        ("candidate", decision.candidate or "none"),
        ("version", decision.version),
        ("production before", decision.champion),
        ("test pictures, read from their files", str(decision.rows or "")),
        ("models that these pictures have judged", str(decision.judged or "")),
        ("accuracy of the candidate", _share(decision.accuracy)),
        ("accuracy of the version before", _share(decision.champion_accuracy)),
        ("rule", decision.rule),
        ("only the candidate is right", f"{found.gained} pictures" if found else ""),
        ("only the version before is right", f"{found.lost} pictures" if found else ""),
        ("smallest difference that these pictures show (4 times in 5)", points(found.smallest) if found else ""),
    ]


def _classes(found: Comparison) -> list[str]:
    lines = [
        "| class | found by the candidate | by the version before | difference and its interval |",
        "|---|---|---|---|",
    ]
    for name, change in found.recall.items():
        low, high = (f"{bound * 100:+.1f}" for bound in change.interval)
        difference = f"{change.difference * 100:+.1f} ({low} to {high})"
        lines.append(f"| {cell(name)} | {percent(change.ours)} | {percent(change.theirs)} | {difference} |")
    return lines


def _share(value: float | None) -> str:
    return "" if value is None else percent(value)
