"""One thing that a doctor looked at, and what to do about it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        level: `ok`, `note` (works, but know it) or `bad` (something will fail).
        what: what was seen.
        fix: what to do; empty when nothing is to be done.
    """

    level: Literal["ok", "note", "bad"]
    what: str
    fix: str = ""

    def line(self) -> str:
        """One line for a person."""
        return f"{self.level:4}  {self.what}" + (f" → {self.fix}" if self.fix else "")
