"""Every check there is, in the order of validate.levels, and how they are run."""

from collections.abc import Iterator

from tinysight.data.checks.appearance import blank, blurred, bright, dark
from tinysight.data.checks.classes import empty_class, imbalance, one_class, similar_names, small_class
from tinysight.data.checks.colours import mixed_colour
from tinysight.data.checks.duplicates import label_conflict, same_bytes, same_pixels
from tinysight.data.checks.files import exif_orientation, unreadable
from tinysight.data.checks.finding import Check
from tinysight.data.checks.given_sides import leak
from tinysight.data.checks.labels import label_errors
from tinysight.data.checks.look_alikes import large_cluster, near_conflict, near_duplicates, unnamed_bursts
from tinysight.data.checks.shapes import odd_aspect, odd_size, small_images
from tinysight.data.checks.shortcuts import shortcut
from tinysight.data.evidence import Evidence
from tinysight.data.violation import Level, Violation

# a check's name is its function's name, and the key of its level
CHECKS: tuple[Check, ...] = (
    unreadable, small_class, empty_class, similar_names, imbalance, label_conflict, same_bytes, same_pixels,
    near_duplicates, near_conflict, large_cluster, unnamed_bursts, leak, blank, odd_size, odd_aspect, mixed_colour,
    shortcut, dark, bright, blurred, exif_orientation, small_images, label_errors,
)  # fmt: skip
LEVELS: tuple[Level, ...] = ("error", "warning", "note")


def find_violations(evidence: Evidence) -> list[Violation]:
    """Runs every check that is not off, and the one that cannot be.

    Returns:
        What was found: errors first, then in the order of the checks.
    """
    found = list(_run(one_class, evidence, "error"))
    for check in CHECKS:
        level = getattr(evidence.limits.levels, check.__name__)
        if level != "off":
            found += _run(check, evidence, level)
    return sorted(found, key=lambda violation: LEVELS.index(violation.level))


def _run(check: Check, evidence: Evidence, level: Level) -> Iterator[Violation]:
    for found in check(evidence):
        least = "note" if found.harmless else level
        message = " ".join(found.message.splitlines())  # a file's name may hold a line break
        yield Violation(check.__name__, least, found.count, message, found.paths, found.details, found.sets)
