"""Class names that look like one name written twice: Cat and cat_, dog and dogs, elephant and elefant."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from tinysight.data.groups import Pair, join_rows, same, sets_of

SEPARATORS = re.compile(r"[\s_.\-]+")
WORDS = re.compile(r"[^\s_.\-]+")
LONG, LONGER = 6, 8  # letters: in shorter words one letter makes another word, as in horse and house


def similar_names(names: Iterable[str]) -> list[tuple[str, ...]]:
    """The sets of names that are probably meant to be one.

    They differ only in case, in how letters are encoded, in separators, in a plural, or by one typing
    error in a long word. Numbers and single letters always count: `a1` is not `a2`.
    """
    ordered = sorted(set(names))
    joined = join_rows(len(ordered), same(map(_plain, ordered)), _mistyped([_words(name) for name in ordered]))
    return [tuple(ordered[row] for row in rows) for rows in sets_of(joined.tolist())]


def _plain(name: str) -> str:
    """The name without what people write now one way, now another."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return _singular(SEPARATORS.sub(_what_counts, folded)) or name


def _what_counts(run: re.Match[str]) -> str:
    """Of separators, what makes another name: a sign, a decimal point, whatever stands between two numbers."""
    before, after = run.string[: run.start()][-1:], run.string[run.end() :][:1]
    if before.isdigit() and after.isdigit():
        return run.group()
    if after.isdigit() and not before.isalpha():
        return re.sub(r"[\s_]", "", run.group())
    return "" if after else re.sub(r"[^-]", "", run.group())


def _singular(word: str) -> str:
    """An English plural's singular, or something that both become; -ss is none."""
    if len(word) < 4 or not word[-3:].isalpha() or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word.removesuffix("s")


def _words(name: str) -> list[str]:
    return WORDS.findall(unicodedata.normalize("NFKC", name).casefold())


def _mistyped(names: Sequence[Sequence[str]]) -> Iterator[Pair]:
    """The names of which just one long word differs, and by one typing error, which is never in its first letter."""
    for rows in sets_of(tuple(word[0] for word in words) for words in names):
        for first, second in combinations(rows, 2):
            differing = [pair for pair in zip(names[first], names[second], strict=True) if pair[0] != pair[1]]
            if len(differing) == 1 and _one_error(*differing[0]):
                yield first, second


def _one_error(first: str, second: str) -> bool:
    """One letter too many, two that changed places, or in longer words one wrong letter."""
    short, long = sorted((first, second), key=len)
    if not (first + second).isalpha() or len(short) < LONG or len(long) - len(short) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(long) > len(short):
        return long[start + 1 :] == short[start:]
    if short[start + 1 :] == long[start + 1 :]:
        return len(short) >= LONGER
    return short[start + 2 :] == long[start + 2 :] and short[start : start + 2] == long[start : start + 2][::-1]
