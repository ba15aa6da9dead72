"""What can be wrong with a data set before anything is learned from it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from tinysight.data.duplicates import check_duplicates
from tinysight.data.imageset import Sample
from tinysight.data.violation import Violation, pictures
from tinysight.params import ValidateParams

IMBALANCE = 10  # times as many pictures in the largest class as in the smallest


def find_violations(
    samples: Sequence[Sample],
    pixel_keys: Sequence[bytes],
    class_names: Sequence[str],
    quarantine: Sequence[str],
    params: ValidateParams,
) -> list[Violation]:
    """Runs every check.

    Args:
        samples: what could be decoded, N rows.
        pixel_keys: N digests of decoded pixels.
        class_names: every class of the source, also those without a readable picture.
        quarantine: the paths of the files that could not be read.
        params: the limits.

    Returns:
        What was found, errors first.
    """
    counts = Counter(dict.fromkeys(class_names, 0))
    counts.update(sample.class_name for sample in samples)
    found = [
        *check_classes(counts, params.smallest_class),
        *check_quarantine(len(samples), quarantine, params.largest_quarantine),
        *(check_balance(counts) if counts else ()),
        *check_duplicates(samples, pixel_keys),
    ]
    return sorted(found, key=lambda violation: ("error", "warning", "note").index(violation.level))


def check_classes(counts: Counter[str], smallest: int) -> Iterator[Violation]:
    """A class to tell apart from none, and classes too small to be split."""
    if len(counts) < 2:
        names = ", ".join(counts) or "none"
        message = (
            f"A model needs at least 2 classes to tell apart. Received {len(counts)}: {names}."
            " Add pictures of a second class, in a folder of its own."
        )
        yield Violation("one_class", "error", len(counts), message)
    for name in sorted(counts):
        if counts[name] < smallest:
            message = (
                f"Class {name} has {pictures(counts[name])} that can be read; at least {smallest} are needed"
                f" (validate.smallest_class). Add {smallest - counts[name]} more, or remove the class."
            )
            yield Violation("small_class", "error", counts[name], message)


def check_quarantine(readable: int, quarantine: Sequence[str], largest: float) -> Iterator[Violation]:
    """More broken files than a few accidents explain."""
    share = len(quarantine) / max(1, readable + len(quarantine))
    if share > largest:
        message = (
            f"{len(quarantine)} of {readable + len(quarantine)} files ({share:.0%}) cannot be read; at most"
            f" {largest:.0%} are allowed (validate.largest_quarantine). data/dataset/quarantine.csv says why,"
            f" beginning with {quarantine[0]}. Repair or remove them."
        )
        yield Violation("quarantine", "error", len(quarantine), message, tuple(quarantine))


def check_balance(counts: Counter[str]) -> Iterator[Violation]:
    """A class that can be ignored without losing much accuracy."""
    (largest, most), (smallest, least) = counts.most_common()[0], counts.most_common()[-1]
    if most > IMBALANCE * least:
        message = (
            f"Class {largest} has {pictures(most)}, class {smallest} only {least}: more than"
            f" {IMBALANCE} to 1. Trust macro_f1 more than accuracy, and add pictures of {smallest}."
        )
        yield Violation("imbalance", "warning", most // max(1, least), message)
