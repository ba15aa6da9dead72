"""Pictures that are nearly the same: copies saved again, moments of one series, or things that look alike."""

from collections.abc import Iterator

from tinysight.data.checks.duplicates import in_all, in_sets
from tinysight.data.checks.finding import Finding, counted, percent, several
from tinysight.data.evidence import Evidence
from tinysight.data.groups import Pair, join_rows, sets_of

SERIES = 3  # pictures: two are one that was saved again
MANY, SOME = 0.1, 10  # share of all pictures and number of them: by accident there are fewer


def near_duplicates(evidence: Evidence) -> Iterator[Finding]:
    """Copies that were saved again, resized or brightened."""
    sets = _near_sets(evidence)
    if sets:
        kept = "Each set stays on one side of the split; nothing needs to be done."
        apart = (
            "They may stand on both sides of the split, so that a test shows what was learned by heart:"
            " set validate.group_near_duplicates to true."
        )
        message = (
            f"{in_all(sets)} are nearly the same: saved again, resized or"
            f" brightened. {kept if evidence.limits.group_near_duplicates else apart}"
        )
        yield in_sets(evidence, sets, message)


def near_conflict(evidence: Evidence) -> Iterator[Finding]:
    """Nearly the same picture in two classes."""
    samples = evidence.samples
    crossing = {
        row for pair in _unequal(evidence) if len({samples[row].class_name for row in pair}) > 1 for row in pair
    }
    sets = [rows for rows in _near_sets(evidence) if crossing.intersection(rows)]
    if sets:
        first, *others = sets[0]
        other = next(row for row in others if samples[row].class_name != samples[first].class_name)
        message = (
            f"{several(len(sets), 'set')} of nearly the same picture in more than one class, for instance"
            f" {samples[first].path} and {samples[other].path}. Look at them, and keep each in the class that is right."
        )
        yield in_sets(evidence, sets, message)


def large_cluster(evidence: Evidence) -> Iterator[Finding]:
    """Look-alikes that are too many to be copies: simple things, or a long series."""
    sets = sorted(evidence.large_clusters, key=len, reverse=True)
    if sets:
        example = evidence.samples[sets[0][0]].path
        message = (
            f"{several(len(sets), 'cluster')} of look-alikes with more than {percent(evidence.limits.largest_cluster)}"
            f" of a class each (validate.largest_cluster); the largest has {len(sets[0])}, with {example}. They are not"
            " taken for duplicates and may stand on both sides of the split. Look at them: if they are one series, name"
            " their group in the source, or add the path of one of them to validate.confirmed."
        )
        yield in_sets(evidence, sets, message)


def unnamed_bursts(evidence: Evidence) -> Iterator[Finding]:
    """So many look-alikes that they come from series, which the source could name."""
    sets = [
        rows
        for rows in _near_sets(evidence)
        if len(rows) >= SERIES and not all(evidence.samples[row].group for row in rows)
    ]
    count, total = sum(map(len, sets)), len(evidence.samples)
    if count >= SOME and count > MANY * total:
        message = (
            f"{counted(count, total)} nearly the same as two others or more, so they seem to come from series: one"
            " slide, patient, session or burst each. Their groups are found by looks alone, and a group whose pictures"
            " would stand on different sides stands on train, so val and test get less than their share. Name each"
            " series: a column `group` in the manifest, or dataset.group_pattern."
        )
        yield in_sets(evidence, sorted(sets, key=len, reverse=True), message)


def _unequal(evidence: Evidence) -> Iterator[Pair]:
    """The pairs of near-duplicates that are no copies: those are other checks' business."""
    keys, samples = evidence.pixel_keys, evidence.samples
    for one, other in evidence.near_pairs:
        if keys[one] != keys[other] and samples[one].digest != samples[other].digest:
            yield one, other


def _near_sets(evidence: Evidence) -> list[list[int]]:
    return sets_of(join_rows(len(evidence.samples), _unequal(evidence)).tolist())
