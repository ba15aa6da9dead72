"""The process that asks: what it says, and what becomes of it when it says nothing."""

import os
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from serving import make_bundle

from serve import asking
from serve.asking import Asking, Report, Say, answer, answer_last_good
from serve.settings import Settings, load_settings
from serve.version import Wanted
from tinysight.bundle import MODEL


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(model=str(make_bundle(tmp_path / "bundle")), cache_dir=tmp_path / "cache")


def said(work: Callable[[Say], None]) -> list[Report]:
    reports: list[Report] = []
    work(reports.append)
    return reports


def outcome(work: Callable[[Say], None]) -> Report:
    """What comes of a question in a process of its own, with the parent's part played here."""
    question = Asking(work, closes=[])
    while not os.waitid(os.P_PID, question.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        select.select([question.pipe], [], [], 0.05)
        question.listen()
        if time.monotonic() > question.deadline:
            question.kill()
        time.sleep(0.01)
    return question.outcome(os.waitpid(question.pid, 0)[1])


def test_each_step_is_said_and_the_last_is_the_outcome(settings: Settings) -> None:
    reports = said(lambda say: answer(settings, None, [], say))
    assert [report.step for report in reports] == ["fetching", "checking", "good"]
    assert reports[-1].release is not None
    assert reports[-1].release.sha256 == (reports[-1].wanted or Wanted(version="")).sha256


def test_what_is_known_or_was_refused_is_not_looked_at_again(settings: Settings) -> None:
    wanted = said(lambda say: answer(settings, None, [], say))[-1].wanted
    assert wanted is not None
    assert [r.step for r in said(lambda say: answer(settings, wanted, [], say))] == ["same"]
    assert [r.step for r in said(lambda say: answer(settings, None, [wanted], say))] == ["skipped"]


def test_a_source_that_cannot_be_asked_failed_and_a_bad_version_is_refused(settings: Settings) -> None:
    (Path(settings.model) / MODEL).write_bytes(b"changed")
    refused = said(lambda say: answer(settings, None, [], say))[-1]
    assert (refused.step, refused.is_setting) == ("refused", False)
    nowhere = settings.model_copy(update={"model": "nowhere"})
    failed = said(lambda say: answer(nowhere, None, [], say))[-1]
    assert (failed.step, failed.is_setting) == ("failed", True)


def test_without_a_cache_there_is_no_last_good_version(settings: Settings) -> None:
    assert said(lambda say: answer_last_good(settings, say))[-1].step == "failed"


def test_a_question_in_its_own_process_has_the_same_outcome(settings: Settings) -> None:
    assert outcome(lambda say: answer(settings, None, [], say)) == said(lambda say: answer(settings, None, [], say))[-1]


@pytest.mark.parametrize("step", ["asking", "checking"])
@pytest.mark.parametrize(("end", "words"), [("dies", "ended with -9"), ("hangs", "took over")])
def test_a_process_without_an_outcome_failed_or_refuses_what_it_looked_at(
    monkeypatch: pytest.MonkeyPatch, step: str, end: str, words: str
) -> None:
    monkeypatch.setattr(asking, "LIMITS", {"asking": 0.5, "fetching": 0.5, "checking": 0.5})

    def work(say: Say) -> None:
        if step == "checking":
            say(Report(step="checking", wanted=Wanted(version="7")))
        if end == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(20)

    report = outcome(work)
    assert report.step == ("failed" if step == "asking" else "refused")
    assert words in report.why
    assert ("version 7" in report.why) == (step == "checking")
