"""What tells the class without showing it: a format, a size, a shade that goes with some classes only."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinysight.data.checks.finding import Finding, listed, percent
from tinysight.data.evidence import Evidence

Chosen = NDArray[np.bool_]

SOME = 10  # pictures of a class, and on each side of a rule: fewer agree by chance
STEPS = 15  # places where a number is cut
VALUES = 20  # the most common ones that are looked at
EXAMPLES = 6  # pictures shown of each side
FILES, NATURE = 0.8, 0.9  # how much better than a guess: a shape or a shade may well be what the class is about
MODES = {
    "1": "black and white", "L": "grey", "LA": "grey with transparency", "P": "a palette", "RGB": "colours",
    "RGBA": "colours with transparency", "CMYK": "printing colours", "I;16": "16-bit grey",
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """A question about a picture that needs no look at what it shows.

    Attributes:
        words: what is said of the pictures for which it holds.
        holds: (N,) for which pictures it does.
        enough: how much better than a guess it must tell classes apart to be worth a word, 0 to 1.
    """

    words: str
    holds: Chosen
    enough: float


@dataclass(frozen=True)
class Told:
    """How well a rule tells classes apart.

    Attributes:
        rule: the rule.
        yes: the classes for which it mostly holds.
        no: the classes for which it mostly does not.
        shares: of the pictures of yes, and of no, for which it holds.
    """

    rule: Rule
    yes: list[str]
    no: list[str]
    shares: tuple[float, float]

    @property
    def strength(self) -> float:
        """0 where it says nothing, 1 where it says all."""
        return self.shares[0] - self.shares[1]


def shortcut(evidence: Evidence) -> Iterator[Finding]:
    """Something about the files or their shade that nearly decides the class: at most one finding of each kind."""
    names, labels = np.unique([sample.class_name for sample in evidence.samples], return_inverse=True)
    for rules in _kinds(evidence):
        found = [told for rule in rules if (told := _tell(rule, names, labels)) and told.strength >= rule.enough]
        if found:
            yield _finding(evidence, max(found, key=lambda told: (told.strength, -len(told.yes))))


def _tell(rule: Rule, names: NDArray[Any], labels: NDArray[np.int64]) -> Told | None:
    """How well a rule does; None where it holds for most pictures of all large classes, or of none."""
    sizes = np.bincount(labels, minlength=len(names))
    shares = np.bincount(labels, weights=rule.holds, minlength=len(names)) / np.maximum(1, sizes)
    yes, no = (np.flatnonzero((sizes >= SOME) & side) for side in (shares > 0.5, shares <= 0.5))
    if not len(yes) or not len(no):
        return None
    return Told(rule, list(names[yes]), list(names[no]), (float(shares[yes].mean()), float(shares[no].mean())))


def _finding(evidence: Evidence, told: Told) -> Finding:
    holds, (most, few) = told.rule.holds, told.shares
    message = (
        f"{percent(most)} of {listed(told.yes)} are {told.rule.words}, and {percent(few)} of {listed(told.no)}."
        " That alone nearly tells the class, so a model may learn it instead of what is shown, and fail where it is"
        " otherwise. If the classes are not about that, bring pictures of each class of both kinds, taken and saved"
        " in the same way."
    )
    sides = [_examples(evidence, told.yes, holds), _examples(evidence, told.no, ~holds)]
    details = (told.rule.words,) * len(sides[0]) + (f"not {told.rule.words}",) * len(sides[1])
    sets = tuple(evidence.paths(side) for side in sides)
    return Finding(int(holds.sum()), message, sets[0] + sets[1], details, sets)


def _examples(evidence: Evidence, names: list[str], holds: Chosen) -> list[int]:
    rows = [row for row in np.flatnonzero(holds).tolist() if evidence.samples[row].class_name in names]
    return rows[:: max(1, len(rows) // EXAMPLES)][:EXAMPLES]


def _kinds(evidence: Evidence) -> Iterator[list[Rule]]:
    facts = evidence.facts
    sides = np.array([(fact.width, fact.height) for fact in facts], dtype=np.float64).reshape(-1, 2)
    turned = np.array([fact.orientation >= 5 for fact in facts], dtype=bool)
    sides[turned] = sides[turned, ::-1]
    yield _values("of format", [fact.format for fact in facts])
    yield _values("stored as", [MODES.get(fact.mode, f"mode {fact.mode}") for fact in facts])
    areas = np.sqrt(sides.prod(axis=1))
    yield [
        *_values("of size", [f"{width:.0f}×{height:.0f}" for width, height in sides]),
        *_cuts("larger than {0:.0f}×{0:.0f} pixels in all", areas, FILES),
    ]
    yield _cuts("wider than {:.2f} times their height", sides[:, 0] / np.maximum(1, sides[:, 1]), NATURE)
    for colour, values in zip(("red", "green", "blue"), evidence.looks.rim.T, strict=True):
        yield _cuts(f"with more than {{:.0f}} of 255 {colour} at their rim", values, NATURE)


def _values(words: str, values: list[str]) -> list[Rule]:
    common = [value for value, count in Counter(values).most_common(VALUES) if SOME <= count <= len(values) - SOME]
    given = np.array(values)
    return [Rule(f"{words} {value}", given == value, FILES) for value in common]


def _cuts(words: str, values: NDArray[np.floating], enough: float) -> list[Rule]:
    if not len(values):
        return []
    ordered = np.sort(values)
    widest = int(np.argmax(np.diff(ordered))) if len(ordered) > 1 else 0
    gap = ordered[widest : widest + 2].mean()
    places = np.unique([gap, *np.quantile(ordered, np.linspace(0, 1, STEPS + 2)[1:-1], method="lower")])
    return [Rule(words.format(place), values > place, enough) for place in places]
