"""Suspected labels are listed as they were ranked, as many as are shown."""

from evidences import evidence, violations
from tiny_datasets import balanced

from tinysight.data.suspects import Suspect

SUSPECTS = [Suspect(3, "cat", "dog", 0.97), Suspect(7, "dog", "emu", 0.8), Suspect(0, "cat", "emu", 0.61)]


def test_suspects_are_a_warning_in_their_order_with_what_they_look_like() -> None:
    found = violations(evidence(balanced(5), suspects=SUSPECTS))["label_errors"]
    assert (found.level, found.count) == ("warning", 3)
    assert found.paths == ("cat/3.png", "dog/2.png", "cat/0.png")
    assert found.details[0] == "labelled cat, looks like dog (97 %)"
    for words in ("3 labels that may be wrong", "not certain", "tinysight samples DIR --pick problems"):
        assert words in found.message


def test_only_the_most_suspected_are_listed() -> None:
    known = evidence(balanced(5), suspects=SUSPECTS, overrides=["validate.label_errors_shown=2"])
    found = violations(known)["label_errors"]
    assert (found.count, len(found.paths)) == (3, 2)
    assert "the 2 most suspected are listed" in found.message
