"""What a retraining came to, told apart by what the registry holds before and after."""

import json
from dataclasses import replace

import pytest

from tinysight.retraining.outcome import CODES, Outcome, gate_passed, judged
from tinysight.tracking.version_info import VersionInfo

PASSED, OPEN = ({"name": "accuracy", "grade": grade, "finding": "so"} for grade in ("passed", "open"))


def version(
    number: str, *checks: dict[str, str], aliases: tuple[str, ...] = (), release: str = "challenger"
) -> VersionInfo:
    gate = json.dumps({"checks": checks})
    return VersionInfo("parts", number, aliases, "sha", "", "", release, "the reason", "", "", "", "", 0, gate=gate)


CHAMPION = version("1", PASSED, aliases=("production",), release="promoted")
TRAINED = ("train@svm", "register")


@pytest.mark.parametrize(
    ("found", "known", "ran", "ending"),
    [
        (None, [], TRAINED, "refused"),
        (CHAMPION, [CHAMPION], (), "unchanged"),
        (CHAMPION, [CHAMPION], ("register",), "unchanged"),
        (CHAMPION, [CHAMPION], TRAINED, "unchanged"),  # trained again, and made the same file
        (CHAMPION, [], TRAINED, "released"),
        (version("2", PASSED), [CHAMPION], TRAINED, "better"),
        (version("2", OPEN, PASSED), [CHAMPION], TRAINED, "unproven"),
        (version("2", PASSED, release="refused"), [CHAMPION], TRAINED, "refused"),
        (version("2", PASSED), [CHAMPION, version("2", PASSED)], ("register",), "unchanged"),
        (version("2", PASSED), [CHAMPION], ("register",), "better"),  # made elsewhere, new to this registry
    ],
)
def test_an_ending_follows_from_the_version_before_and_after(
    found: VersionInfo | None, known: list[VersionInfo], ran: tuple[str, ...], ending: str
) -> None:
    assert judged(found, known, ran)[0] == ending


def test_a_version_that_waits_since_yesterday_is_named_and_no_news() -> None:
    waiting = version("2", PASSED, aliases=("challenger",))
    assert judged(waiting, [CHAMPION, waiting], ()) == (
        "unchanged",
        "Version 2 was made before, and waits as challenger.",
    )


def test_a_version_without_a_judgement_has_passed_no_gate() -> None:
    assert not gate_passed(version("2"))
    assert not gate_passed(replace(version("2"), gate="no json"))


def test_each_ending_that_somebody_has_to_look_at_has_an_exit_code_of_its_own() -> None:
    waiting = [code for ending, code in CODES.items() if ending not in {"unchanged", "released"}]
    assert len(set(waiting)) == len(waiting)
    assert 0 not in waiting
    assert 2 not in waiting  # what argparse ends with


def test_the_line_says_which_version_and_why_and_the_json_has_the_code() -> None:
    outcome = Outcome("better", "12 pictures more.", name="parts", version="2")
    assert outcome.line() == "parts 2: a better model waits to be released. 12 pictures more."
    assert json.loads(outcome.as_json())["exit_code"] == 10
