"""What is made of the registry's answers, without a process."""

from pathlib import Path

import pytest

from serve.asking import Report
from serve.following import LONGEST_PAUSE, REMEMBERED, Following
from serve.version import Release, Wanted

CLOCK = 1_000_000.0


def wanted(version: str, sha256: str = "") -> Wanted:
    return Wanted(version=version, sha256=sha256 or version * 64)


def good(version: str) -> Report:
    release = Release(name="colours", version=version, folder=Path(version), sha256=version * 64)
    return Report(step="good", wanted=wanted(version), release=release)


@pytest.fixture
def following() -> Following:
    """One that serves version 1."""
    following = Following(following=True, poll_seconds=15)
    assert following.hear(good("1"), 0, CLOCK)
    return following


def test_the_first_version_is_no_swap(following: Following) -> None:
    state = following.state
    assert (state.served, state.wanted, state.trouble, state.swaps, state.last_success) == ("1", "1", None, 0, CLOCK)
    assert following.known == wanted("1")


def test_another_version_is_to_be_loaded_once(following: Following) -> None:
    assert following.hear(good("2"), 0, CLOCK)
    assert not following.hear(good("2"), 0, CLOCK)
    assert not following.hear(Report(step="same", wanted=wanted("2")), 0, CLOCK)
    assert (following.state.served, following.state.swaps) == ("2", 1)


def test_a_registry_that_is_down_is_trouble_until_it_answers(
    following: Following, caplog: pytest.LogCaptureFixture
) -> None:
    for clock in (CLOCK + 1, CLOCK + 2, CLOCK + 3):
        assert not following.hear(Report(step="failed", why="It does not answer."), 0, clock)
    state = following.state
    assert (state.served, state.trouble, state.trouble_since) == ("1", "It does not answer.", CLOCK + 1)
    assert (state.failed_polls, state.last_success) == (3, CLOCK)
    assert caplog.text.count("does not answer") == 1
    following.hear(Report(step="same", wanted=wanted("1")), 0, CLOCK + 4)
    assert (following.state.trouble, following.state.trouble_since) == (None, None)


def test_a_bundle_that_broke_is_one_failure_however_often_it_is_looked_at() -> None:
    alone = Following(following=False, poll_seconds=15)
    alone.hear(good("1"), 0, CLOCK)
    for _ in range(3):
        alone.hear(Report(step="failed", why="model.onnx is not the file of this bundle."), 0, CLOCK)
    assert (alone.state.served, alone.state.failures, alone.state.failed_polls) == ("1", 1, 3)


def test_a_refused_version_is_tried_again_after_a_growing_pause(following: Following) -> None:
    now, pauses = 0.0, []
    for _ in range(12):
        following.hear(Report(step="refused", wanted=wanted("2"), why="It is bad."), now, CLOCK)
        assert following.refused(now) == [wanted("2")]
        pause = next(seconds for seconds in range(1, 10_000) if not following.refused(now + seconds))
        pauses.append(pause)
        now += pause
    assert pauses[:3] == [30, 60, 120]
    assert max(pauses) == pauses[-1] == LONGEST_PAUSE
    assert (following.state.served, following.state.wanted, following.state.failures) == ("1", "2", 12)


def test_a_version_that_was_tagged_or_stored_anew_is_another_one(following: Following) -> None:
    following.hear(Report(step="refused", wanted=wanted("2", "a"), why="It is bad."), 0, CLOCK)
    assert wanted("2", "b") not in following.refused(0)


def test_a_refused_version_that_is_still_wanted_stays_the_trouble(following: Following) -> None:
    """Also when the registry was away meanwhile."""
    following.hear(Report(step="refused", wanted=wanted("2"), why="It is bad."), 0, CLOCK)
    following.hear(Report(step="failed", why="It does not answer."), 0, CLOCK)
    following.hear(Report(step="skipped", wanted=wanted("2")), 0, CLOCK)
    assert following.state.trouble == "Version 2 is not served: It is bad."


def test_going_back_to_what_is_served_ends_the_trouble(following: Following) -> None:
    following.hear(Report(step="refused", wanted=wanted("2"), why="It is bad."), 0, CLOCK)
    following.hear(Report(step="same", wanted=wanted("1")), 0, CLOCK)
    assert (following.state.wanted, following.state.trouble) == ("1", None)


def test_a_version_of_which_workers_die_gives_way_to_the_one_before(following: Following) -> None:
    following.hear(good("2"), 0, CLOCK)
    back = following.go_back("2 workers died.", 0, CLOCK)
    assert back is not None
    assert (back.version, following.state.served) == ("1", "1")
    assert following.refused(1) == [wanted("2")]
    assert "died" in (following.state.trouble or "")
    assert following.go_back("again", 0, CLOCK) is None


def test_a_worker_that_cannot_load_is_trouble_until_all_serve(following: Following) -> None:
    following.worker_failed("A worker cannot load it.", CLOCK)
    following.hear(Report(step="same", wanted=wanted("1")), 0, CLOCK)
    assert following.state.trouble == "A worker cannot load it."
    following.workers_serve(CLOCK)
    assert following.state.trouble is None


def test_changed_files_are_looked_at_again_and_are_no_swap(following: Following) -> None:
    following.forget_known()
    assert following.known is None
    assert not following.hear(good("1"), 0, CLOCK)
    assert (following.known, following.state.swaps) == (wanted("1"), 0)


def test_what_is_remembered_is_bounded(following: Following) -> None:
    for number in range(3 * REMEMBERED):
        following.hear(Report(step="refused", wanted=wanted(str(number)), why="It is bad."), 0, CLOCK)
    assert len(following.refused(0)) == REMEMBERED


def test_a_folder_wants_nothing() -> None:
    """Nobody polls it, so it has no version that it should be."""
    following = Following(following=False, poll_seconds=15)
    following.hear(good("1"), 0, CLOCK)
    assert (following.state.served, following.state.wanted, following.state.last_success) == ("1", None, None)
