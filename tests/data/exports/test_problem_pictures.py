"""What validate doubts becomes a list for a person: the most doubtful first, each picture once, with the reasons."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinysight.data.checks.registry import CHECKS
from tinysight.data.exports.picked import Opinion
from tinysight.data.exports.problem_pictures import WORTH_A_LOOK, find_problems
from tinysight.data.suspect_words import in_words, read_words
from tinysight.data.suspects import Suspect
from tinysight.data.violation import Violation
from tinysight.errors import DataError


def write(folder: Path, *violations: Violation) -> Path:
    path = folder / "violations.json"
    path.write_text(json.dumps([asdict(violation) for violation in violations]))
    return path


def test_wrong_labels_come_first_and_reasons_add_up(tmp_path: Path) -> None:
    words = in_words(Suspect(3, "cat", "dog", 0.97))
    found = find_problems(
        write(
            tmp_path,
            Violation("blank", "warning", 2, "blank", ("cat/1.png", "cat/3.png")),
            Violation("imbalance", "warning", 1, "few"),
            Violation("odd_size", "note", 1, "odd", ("cat/9.png",), ("3 pixels",)),
            Violation("label_errors", "warning", 1, "wrong", ("cat/3.png", "gone.png"), (words, words)),
        ),
        {"cat/1.png", "cat/3.png", "cat/9.png"},
    )
    assert [(reason.path, reason.words) for reason in found] == [
        ("cat/3.png", f"{words}; it is blank, or almost"),
        ("cat/1.png", "it is blank, or almost"),
    ]
    assert found[0].suggested == Opinion("dog", 0.97, "label check")
    assert found[0].confidence == pytest.approx(0.03)
    assert found[1].suggested is None


def test_only_checks_that_exist_are_looked_for() -> None:
    assert WORTH_A_LOOK.keys() <= {check.__name__ for check in CHECKS}


@pytest.mark.parametrize("content", ["", "{", '{"a": 1}', '[{"check": "blank"}]'])
def test_a_file_that_validate_did_not_write_is_an_error(content: str, tmp_path: Path) -> None:
    (tmp_path / "violations.json").write_text(content)
    with pytest.raises(DataError, match="dvc repro validate"):
        find_problems(tmp_path / "violations.json", set())


@given(st.text(), st.text(), st.floats(0, 1))
def test_a_suspect_is_read_from_its_own_words(given_class: str, likely: str, confidence: float) -> None:
    words = in_words(Suspect(0, given_class, likely, confidence))
    found = read_words(words)
    assert found is not None
    assert words.endswith(f"looks like {found[0]} ({100 * found[1]:.0f} %)")
    if ", looks like " not in likely:
        assert found[0] == likely


@pytest.mark.parametrize("words", ["", "blank", "looks like dog (97 %)", "labelled cat, looks like dog"])
def test_other_words_tell_no_suspect(words: str) -> None:
    assert read_words(words) is None
