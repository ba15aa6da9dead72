"""The same picture twice: harmless in one class, a contradiction in two."""

from collections.abc import Iterator, Sequence

from tinysight.data.groups import join_rows, same, sets_of
from tinysight.data.imageset import Sample
from tinysight.data.violation import Violation, pictures


def check_duplicates(samples: Sequence[Sample], pixel_keys: Sequence[bytes]) -> Iterator[Violation]:
    """Pictures with equal bytes or equal pixels.

    Args:
        samples: N rows.
        pixel_keys: N digests of decoded pixels.
    """
    digests = [sample.digest for sample in samples]
    files, looks = sets_of(digests), sets_of(pixel_keys)
    equal = sets_of(join_rows(len(samples), same(digests), same(pixel_keys)).tolist())
    yield from _conflicts(samples, equal)
    yield from _copies(samples, "same_bytes", files)
    yield from _copies(samples, "same_pixels", [rows for rows in looks if len({digests[row] for row in rows}) > 1])


def _conflicts(samples: Sequence[Sample], sets: list[list[int]]) -> Iterator[Violation]:
    conflicts = [rows for rows in sets if len({samples[row].class_name for row in rows}) > 1]
    if conflicts:
        example = {samples[row].class_name: samples[row].path for row in conflicts[0]}
        message = (
            f"{pictures(len(conflicts))} in more than one class, for instance {' and '.join(example.values())}."
            " A model cannot learn both: keep each in the class that is right."
        )
        paths = tuple(samples[row].path for rows in conflicts for row in rows)
        yield Violation("label_conflict", "warning", len(conflicts), message, paths)


def _copies(samples: Sequence[Sample], check: str, sets: list[list[int]]) -> Iterator[Violation]:
    paths = tuple(samples[row].path for rows in sets for row in rows)
    if paths:
        message = (
            f"{pictures(len(paths))} in {len(sets)} sets of {check.replace('_', ' ')}. Each set stays on one side"
            " of the split and teaches no more than one picture of it would; nothing needs to be done."
        )
        yield Violation(check, "note", len(sets), message, paths)
