"""What a rung leaves behind about its end is read back as it was written."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinysight.errors import DataError, ModelError
from tinysight.models.status import LONGEST_REASON, OK, STATUS, Status, failure, read_status, write_status


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["ok", "failed"]), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_status_is_read_back_as_it_was_written(tmp_path, status, reason):
    write_status(tmp_path / "new", Status(status, reason))
    assert read_status(tmp_path / "new") == Status(status, reason)


def test_a_failure_says_why_in_one_line():
    assert failure(ModelError("loss became\n  nan")) == Status("failed", "loss became nan")


def test_a_failure_that_is_not_ours_names_its_type():
    assert failure(ValueError("no such axis")).reason == "ValueError: no such axis"


def test_a_long_failure_is_cut():
    reason = failure(ValueError("graph " * 1000)).reason
    assert len(reason) == LONGEST_REASON
    assert reason.endswith("…")


def test_a_failure_without_words_is_named_by_its_type():
    assert failure(MemoryError()).reason == "MemoryError"


def test_only_failed_is_failed():
    assert Status("failed", "why").failed
    assert not OK.failed


@pytest.mark.parametrize("content", ["", "[]", '{"status": "ok"}', '{"status": "fine", "reason": ""}'])
def test_what_is_no_status_is_refused_with_the_fix(tmp_path: Path, content: str):
    (tmp_path / STATUS).write_text(content)
    with pytest.raises(DataError, match="dvc repro"):
        read_status(tmp_path)


def test_a_missing_status_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match=r"status\.json"):
        read_status(tmp_path)
