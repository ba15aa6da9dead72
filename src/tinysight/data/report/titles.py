"""What each check looks for, in words for people; the order is that in which to look at what was found."""

from collections.abc import Sequence

from tinysight.data.violation import Violation

TITLES = {
    "unreadable": "Files that cannot be read",
    "one_class": "Only one class",
    "leak": "The same picture on two sides of the split",
    "small_class": "Classes too small to divide",
    "empty_class": "Classes without a picture",
    "label_conflict": "The same picture in two classes",
    "near_conflict": "Nearly the same picture in two classes",
    "label_errors": "Labels that may be wrong",
    "similar_names": "Class names that look alike",
    "blank": "Blank pictures",
    "large_cluster": "Many look-alikes in one class",
    "unnamed_bursts": "Series that a group should name",
    "shortcut": "Something beside the subject tells the class",
    "imbalance": "One class far larger than another",
    "small_images": "Smaller than what the model sees",
    "mixed_colour": "Colour and grey in one data set",
    "blurred": "Blurred pictures",
    "dark": "Dark pictures",
    "bright": "Bright pictures",
    "odd_size": "Unusual sizes",
    "odd_aspect": "Unusual shapes",
    "exif_orientation": "Turned by their EXIF orientation",
    "near_duplicates": "Nearly the same picture twice",
    "same_pixels": "Other files, same picture",
    "same_bytes": "Copies of a file",
}
LEVELS = ("error", "warning", "note")


def title_of(check: str) -> str:
    """`same_bytes` → Copies of a file."""
    return TITLES.get(check, check.replace("_", " ").capitalize())


def gravest_first(findings: Sequence[Violation]) -> list[Violation]:
    """Errors, warnings, notes; in each the checks in the order in which they are worth a look."""
    order = list(TITLES)
    place = {check: number for number, check in enumerate(order)}
    return sorted(findings, key=lambda found: (LEVELS.index(found.level), place.get(found.check, len(order))))
