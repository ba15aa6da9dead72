"""What is wrong with pictures that are imported, or worth knowing, before anything is learned from them."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tinysight.data.import_outlook import Outlook
from tinysight.data.similar_names import similar_names

FEW = 20  # pictures of a class: fewer say little about new ones


def find_problems(outlook: Outlook) -> Iterator[str]:
    """One line for each."""
    yield from outlook.opened.listing.notes
    yield from _names(outlook)
    yield from _contradictions(outlook)
    yield from _sides(outlook)
    colour = sum(look.deep_colour for look in outlook.looks)
    if colour:
        yield f"{colour} pictures have colours of 16 bits; the upper 8 bits are used."


def _names(outlook: Outlook) -> Iterator[str]:
    counts = Counter(look.file.class_name for look in outlook.looks)
    for names in similar_names({*outlook.classes, *outlook.opened.listing.class_names}):
        yield f"{' and '.join(names)} may be one class. Rename one in the source, or leave both if they are two."
    empty = [name for name in outlook.opened.listing.class_names if name not in counts]
    if empty:
        yield f"Classes without a picture: {', '.join(empty)}. They are left out."
    emptied = sorted({old.picture.class_name for old, _ in outlook.plan.relabelled} - counts.keys())
    if emptied:
        yield f"No picture is left of {', '.join(emptied)}: the source gives all of them another class."
    few = sorted(name for name, count in counts.items() if count < FEW)
    if few:
        yield f"Fewer than {FEW} pictures: {', '.join(few)}. See docs/before-you-photograph.md."


def _contradictions(outlook: Outlook) -> Iterator[str]:
    """The same bytes in two classes."""
    places = defaultdict(list)
    for place in outlook.plan.places:
        places[place.digest].append(place.picture)
    found = [same for digest, same in places.items() if digest and len({one.class_name for one in same}) > 1]
    if found:
        example = ", ".join(f"{one.path} ({one.class_name})" for one in found[0][:3])
        count = f"{len(found)} pictures stand" if len(found) > 1 else "One picture stands"
        yield f"{count} in more than one class, for instance {example}. Keep each in the class that is right."


def _sides(outlook: Outlook) -> Iterator[str]:
    """What given sides mean, and groups that stand on two of them."""
    pictures = [place.picture for place in outlook.plan.places]
    sided = sum(bool(one.split) for one in pictures)
    if not sided:
        return
    yield (
        f"{sided:,} of {len(pictures):,} pictures come with a side (train, val, test), which they keep. `dvc repro`"
        " stops where near-duplicates or a group stand on two sides (leaks: refuse in conf/dataset/mine.yaml)."
    )
    groups = defaultdict(set)
    for one in pictures:
        if one.split and one.group:
            groups[one.group].add(one.split)
    leaks = sorted(group for group, sides in groups.items() if len(sides) > 1)
    if leaks:
        yield f"Groups on two sides: {len(leaks)}, the first is {leaks[0]}. Give each one side, or see `leaks`."
