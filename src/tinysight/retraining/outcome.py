"""What a retraining came to, and the exit code by which a scheduler knows it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from tinysight.evaluation.gate import Check, outcome_of
from tinysight.tracking.version_info import PRODUCTION, VersionInfo

Ending = Literal["unchanged", "released", "better", "unproven", "refused", "failed", "busy"]

CODES: dict[Ending, int] = {
    "unchanged": 0,
    "released": 0,
    "better": 10,
    "unproven": 11,
    "refused": 12,
    "failed": 1,
    "busy": 75,  # EX_TEMPFAIL: cron and systemd know it as "try again"
}
FAILURES: tuple[Ending, ...] = ("failed", "busy")
WORDS: dict[Ending, str] = {
    "unchanged": "nothing new",
    "released": "a new version is in production",
    "better": "a better model waits to be released",
    "unproven": "a new model is not shown to be better",
    "refused": "the new model must not be released",
    "failed": "it failed",
    "busy": "another retraining is at work",
}


@dataclass(frozen=True)
class Outcome:
    """How a retraining ended.

    Attributes:
        ending: in one word.
        reason: why, in a sentence or two.
        name: the registered model; empty if none was reached.
        version: the version that holds what the verdict chose; empty if there is none.
        champion: the version in production; empty if there is none.
        ran: the stages that ran, as DVC names them.
        notes: what went on without, such as results that could not be pulled.
        seconds: of each step.
        began: when, in UTC.
        log: where all that was printed is kept.
    """

    ending: Ending
    reason: str
    name: str = ""
    version: str = ""
    champion: str = ""
    ran: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    began: str = ""
    log: str = ""

    @property
    def code(self) -> int:
        """For the scheduler."""
        return CODES[self.ending]

    def line(self) -> str:
        """One line for people."""
        what = f"{self.name} {self.version}".strip()
        return f"{what + ': ' if what else ''}{WORDS[self.ending]}. {self.reason}".strip()

    def as_json(self) -> str:
        """For programs."""
        return json.dumps({**asdict(self), "exit_code": self.code}, ensure_ascii=False)


def judged(version: VersionInfo | None, known: Sequence[VersionInfo], ran: Sequence[str]) -> tuple[Ending, str]:
    """What the registry's decision about the chosen model's version means for whoever waits for it.

    Args:
        version: the one that holds what the verdict chose; None if it chose none, or none was registered.
        known: the versions that were there before.
        ran: the stages that ran.
    """
    if version is None:
        return "refused", "The verdict chose no candidate: see reports/verdict.md."
    before = {one.version: one for one in known}.get(version.version)
    if before is not None and before.aliases == version.aliases and not [one for one in ran if one != "register"]:
        return "unchanged", _standing(version)
    if PRODUCTION in version.aliases:
        is_new = before is None or PRODUCTION not in before.aliases
        return ("released" if is_new else "unchanged"), version.why
    if version.release == "refused":
        return "refused", version.why
    return ("better" if gate_passed(version) else "unproven"), version.why


def gate_passed(version: VersionInfo) -> bool:
    """Whether all that the gate asks was shown, whoever holds the version back."""
    checks = [Check(one["name"], one["grade"], one["finding"]) for one in version.judgement.get("checks", [])]
    return bool(checks) and outcome_of(checks) == "promoted"


def _standing(version: VersionInfo) -> str:
    if PRODUCTION in version.aliases:
        return "What is in production is what this data and these settings make."
    if version.release == "refused":
        return f"Version {version.version} was made before, and refused."
    return f"Version {version.version} was made before, and waits as challenger."
