"""A split that came with the pictures: what must stay together may not stand on two of its sides."""

from collections.abc import Iterator

from tinysight.data.checks.finding import Finding, several
from tinysight.data.evidence import Evidence
from tinysight.data.placing import collect

REFUSED = (
    "A test would show what was learned by heart. Remove the copies, give each group one side, or set dataset.leaks to"
    " leave_out: test then stays whole (else val), and what its groups have on the other sides is used on none."
)
LEFT_OUT = (
    "dataset.leaks is leave_out: test stays whole (else val), and what its groups have on the other sides is used on"
    " none. Nothing needs to be done."
)


def leak(evidence: Evidence) -> Iterator[Finding]:
    """A group on two sides that the source gave; split refuses the same groups."""
    samples = evidence.samples
    leaking = [group.rows for group in collect(samples, evidence.groups.tolist()) if len(group.given) > 1]
    sets = sorted([row for row in rows if samples[row].split] for rows in leaking)
    if sets:
        rows = [row for members in sets for row in members]
        example = {samples[row].split: f"{samples[row].path} ({samples[row].split})" for row in reversed(sets[0])}
        refused = evidence.leaks == "refuse"
        message = (
            f"{several(len(sets), 'group')} of duplicates, or of one name, on several given sides of the split, for"
            f" instance {' and '.join(reversed(example.values()))}. {REFUSED if refused else LEFT_OUT}"
        )
        details = tuple(f"on {samples[row].split}" for row in rows)
        together = tuple(evidence.paths(members) for members in sets)
        yield Finding(len(sets), message, evidence.paths(rows), details, together, harmless=not refused)
