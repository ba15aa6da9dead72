"""Classes: enough of them, enough in each, and not too uneven."""

from collections.abc import Iterator

from tinysight.data.checks.finding import Finding, listed, several
from tinysight.data.evidence import Evidence
from tinysight.data.similar_names import similar_names as alike
from tinysight.data.violation import pictures

IMBALANCE = 10  # times as many pictures in the largest class as in the smallest


def one_class(evidence: Evidence) -> Iterator[Finding]:
    """A model needs a second class to tell the first one from."""
    names = sorted(name for name, count in evidence.counts.items() if count)
    if len(names) < 2:
        yield Finding(
            len(names),
            f"A model needs at least 2 classes to tell apart. Received {len(names)}: {', '.join(names) or 'none'}."
            " Add pictures of a second class, in a folder of its own.",
        )


def small_class(evidence: Evidence) -> Iterator[Finding]:
    """Too few pictures to stand on three sides of a split."""
    smallest = evidence.limits.smallest_class
    for name, count in sorted(evidence.counts.items()):
        if 0 < count < smallest:
            yield Finding(
                count,
                f"Class {name} has {pictures(count)} that can be read; at least {smallest} are needed"
                f" (validate.smallest_class). Add {smallest - count} more, or remove the class.",
                tuple(sample.path for sample in evidence.samples if sample.class_name == name),
            )


def empty_class(evidence: Evidence) -> Iterator[Finding]:
    """A class that the source names and shows no picture of."""
    names = sorted(name for name, count in evidence.counts.items() if not count)
    if names:
        yield Finding(
            len(names),
            f"{listed(names)} {'has' if len(names) == 1 else 'have'} no picture that can be read, so a model will"
            " never answer with that. Add pictures, or take the name out of the source.",
        )


def similar_names(evidence: Evidence) -> Iterator[Finding]:
    """Names that look like one name written twice; the model would have to tell them apart."""
    sets = alike(evidence.class_names)
    if sets:
        counts = evidence.counts
        named = "; ".join(listed([f"{name!r} ({counts[name]})" for name in names]) for names in sets[:5])
        yield Finding(
            len(sets),
            f"{several(len(sets), 'set')} of class names that look like one name written twice: {named}. If they mean"
            " the same, put their pictures into one class; if not, call them what tells them apart.",
        )


def imbalance(evidence: Evidence) -> Iterator[Finding]:
    """A class that can be ignored without losing much accuracy."""
    counts = +evidence.counts
    if not counts:
        return
    (largest, most), (smallest, least) = counts.most_common()[0], counts.most_common()[-1]
    if most > IMBALANCE * least:
        yield Finding(
            most // least,
            f"Class {largest} has {pictures(most)}, class {smallest} only {least}: more than {IMBALANCE} to 1."
            f" Trust macro_f1 more than accuracy, and add pictures of {smallest}.",
        )
