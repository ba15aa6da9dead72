"""Files: those that cannot be read, and those whose EXIF block says that they lie."""

from collections import Counter
from collections.abc import Iterator

from tinysight.data.checks.finding import Finding, counted, percent
from tinysight.data.evidence import Evidence


def unreadable(evidence: Evidence) -> Iterator[Finding]:
    """What is in quarantine: a few are an accident, more have a common cause."""
    broken, limit = evidence.quarantine, evidence.limits.largest_quarantine
    if not broken:
        return
    total = len(evidence.samples) + len(broken)
    many = len(broken) > limit * total
    allowed = f"; at most {percent(limit)} are allowed (validate.largest_quarantine)" if many else ""
    yield Finding(
        len(broken),
        f"{counted(len(broken), total, 'files')} unreadable{allowed}. data/dataset/quarantine.csv says why,"
        f" beginning with {broken[0].path}: {broken[0].reason}",
        tuple(entry.path for entry in broken),
        tuple(entry.reason for entry in broken),
        harmless=not many,
    )


def exif_orientation(evidence: Evidence) -> Iterator[Finding]:
    """Pictures that lie in their file and say so: programs that do not listen show them turned."""
    rows = [row for row, fact in enumerate(evidence.facts) if fact.orientation != 1]
    if rows:
        kinds = Counter(evidence.facts[row].orientation for row in rows)
        named = ", ".join(f"{count} with {orientation}" for orientation, count in sorted(kinds.items()))
        yield Finding(
            len(rows),
            f"{counted(len(rows), len(evidence.samples))} stored turned or mirrored, and their EXIF"
            f" orientation says so ({named}). They are turned upright here and in the service alike; look whether"
            " they stand upright now, and send files with their EXIF block.",
            evidence.paths(rows),
            tuple(f"EXIF orientation {evidence.facts[row].orientation}" for row in rows),
        )
