"""What a run changed: its settings and its data against those of the run before it, in few words for its name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LONGEST = 90  # characters of a run's name; MLflow's databases hold 250
FIRST, SAME = "first run", "same settings"
NOT_ITS_OWN = ("models", "evaluate", "select")  # other candidates, and sections that change none


@dataclass(frozen=True)
class Change:
    """One setting; `before` or `after` is None where it was not there."""

    key: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        """`augment.copies 2→5`, `+wide_cnn`, `-transfer`."""
        if self.before is None or self.after is None:
            value = f"={self.after}" if self.after else ""
            return f"{'+' if self.before is None else '-'}{self.key}{value}"
        return f"{self.key} {self.before}→{self.after}"


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """What differs, by key; a candidate that came or went is one change and not one for each of its settings."""
    came, gone = _candidates(after) - _candidates(before), _candidates(before) - _candidates(after)
    whole = [Change(name, None, "") for name in sorted(came)] + [Change(name, "", None) for name in sorted(gone)]
    keys = sorted(key for key in {*before, *after} if _candidate(key) not in came | gone)
    single = [Change(key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)]
    return whole + single


def of_candidate(found: Iterable[Change], name: str) -> list[Change]:
    """Those that concern one candidate: its own settings, named without `models.<name>.`, and what all share."""
    own, prefix = [], f"models.{name}."
    for change in found:
        if change.key.startswith(prefix):
            own.append(Change(change.key.removeprefix(prefix), change.before, change.after))
        elif change.key.partition(".")[0] not in NOT_ITS_OWN and change.before != "" and change.after != "":
            own.append(change)
    return own


def in_short(found: Iterable[Change], longest: int = LONGEST) -> str:
    """As many changes as fit, and how many more there are."""
    words = [str(change) for change in found]
    shown: list[str] = []
    for word in words:
        if shown and len(", ".join([*shown, word])) > longest:
            return f"{', '.join(shown)} and {len(words) - len(shown)} more"
        shown.append(word if len(word) <= longest else f"{word[: longest - 1]}…")
    return ", ".join(shown)


def _candidates(params: Mapping[str, str]) -> set[str]:
    return {_candidate(key) for key in params} - {""}


def _candidate(key: str) -> str:
    """`svm` for `models.svm.c`; empty for any other setting."""
    head, _, rest = key.partition(".")
    return rest.partition(".")[0] if head == "models" else ""
