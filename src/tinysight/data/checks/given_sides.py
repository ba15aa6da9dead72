"""A split that came with the pictures: what must stay together may not stand on two of its sides."""

from collections.abc import Iterator

from tinysight.data.checks.finding import Finding, several
from tinysight.data.evidence import Evidence
from tinysight.data.groups import sets_of

REFUSED = (
    "A test would show what was learned by heart. Remove the copies, give each group one side, or set dataset.leaks to"
    " leave_out: test then stays whole, and what belongs to its groups but stands on train or val is used on no side."
)
LEFT_OUT = (
    "dataset.leaks is leave_out: test stays whole, then val, and their look-alikes on the other sides are used on no"
    " side. Nothing needs to be done."
)


def leak(evidence: Evidence) -> Iterator[Finding]:
    """A group on two sides that the source gave."""
    samples = evidence.samples
    sets = [
        [row for row in rows if samples[row].split]
        for rows in sets_of(evidence.groups.tolist())
        if len({samples[row].split for row in rows} - {""}) > 1
    ]
    if sets:
        rows = [row for members in sets for row in members]
        first, *others = sets[0]
        other = next(row for row in others if samples[row].split != samples[first].split)
        example = " and ".join(f"{samples[row].path} ({samples[row].split})" for row in (first, other))
        refused = evidence.leaks == "refuse"
        message = (
            f"{several(len(sets), 'group')} of duplicates, or of one name, on two given sides of the split, for"
            f" instance {example}. {REFUSED if refused else LEFT_OUT}"
        )
        details = tuple(f"on {samples[row].split}" for row in rows)
        together = tuple(evidence.paths(members) for members in sets)
        yield Finding(len(sets), message, evidence.paths(rows), details, together, harmless=not refused)
