"""The same picture twice: harmless in one class, a contradiction in two."""

from collections.abc import Iterator, Sequence

from tinysight.data.checks.finding import Finding, several
from tinysight.data.evidence import Evidence
from tinysight.data.groups import join_rows, same, sets_of
from tinysight.data.violation import pictures

TOGETHER = (
    "Each set stays on one side of the split and teaches no more than one picture of it would;"
    " nothing needs to be done."
)


def label_conflict(evidence: Evidence) -> Iterator[Finding]:
    """Equal bytes or equal pixels in two classes."""
    digests = [sample.digest for sample in evidence.samples]
    equal = sets_of(join_rows(len(digests), same(digests), same(evidence.pixel_keys)).tolist())
    sets = [rows for rows in equal if len({evidence.samples[row].class_name for row in rows}) > 1]
    if sets:
        example = {evidence.samples[row].class_name: evidence.samples[row].path for row in sets[0]}
        message = (
            f"{pictures(len(sets))} in more than one class, for instance {' and '.join(example.values())}."
            " A model cannot learn both: keep each in the class that is right."
        )
        yield in_sets(evidence, sets, message)


def same_bytes(evidence: Evidence) -> Iterator[Finding]:
    """Copies of a file."""
    sets = sets_of(sample.digest for sample in evidence.samples)
    if sets:
        message = f"{in_all(sets)} of copies of one file. {TOGETHER}"
        yield in_sets(evidence, sets, message)


def same_pixels(evidence: Evidence) -> Iterator[Finding]:
    """Different files that show the same, as far as the model sees."""
    sets = [rows for rows in sets_of(evidence.pixel_keys) if len({evidence.samples[row].digest for row in rows}) > 1]
    if sets:
        message = f"{in_all(sets)} of different files with equal pixels. {TOGETHER}"
        yield in_sets(evidence, sets, message)


def in_all(sets: Sequence[Sequence[int]]) -> str:
    """`5 pictures in 2 sets`."""
    return f"{pictures(sum(map(len, sets)))} in {several(len(sets), 'set')}"


def in_sets(evidence: Evidence, sets: Sequence[Sequence[int]], message: str) -> Finding:
    """A finding about rows that belong together, each with its class."""
    rows = [row for members in sets for row in members]
    classes = tuple(f"class {evidence.samples[row].class_name}" for row in rows)
    together = tuple(evidence.paths(members) for members in sets)
    return Finding(len(sets), message, evidence.paths(rows), classes, together)
