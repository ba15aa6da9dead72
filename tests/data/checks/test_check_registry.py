"""Every check has a level that the configuration sets, and what is found comes in the order of its level."""

from evidences import evidence, violations
from tiny_datasets import balanced, sample

from tinysight.data.checks.registry import CHECKS
from tinysight.params import LevelsParams


def test_each_check_has_one_level_and_each_level_one_check() -> None:
    assert [check.__name__ for check in CHECKS] == list(LevelsParams.model_fields)


def test_each_check_says_in_a_sentence_what_it_looks_for() -> None:
    assert [check.__name__ for check in CHECKS if not (check.__doc__ or "").strip()] == []


def test_a_good_data_set_has_no_violations() -> None:
    assert violations(evidence(balanced(5))) == {}


def test_a_data_set_without_pictures_has_one_violation() -> None:
    assert violations(evidence([])).keys() == {"one_class"}


def test_the_configuration_sets_the_level() -> None:
    samples = [*balanced(5), sample("copy", digest=sample("0").digest)]
    assert violations(evidence(samples))["same_bytes"].level == "note"
    changed = evidence(samples, overrides=["validate.levels.same_bytes=error"])
    assert violations(changed)["same_bytes"].level == "error"


def test_a_check_that_is_off_finds_nothing() -> None:
    samples = [*balanced(5), sample("copy", digest=sample("0").digest)]
    assert violations(evidence(samples, overrides=["validate.levels.same_bytes=off"])) == {}


def test_errors_come_before_warnings_and_notes() -> None:
    one, other = sample("a"), sample("b", "dog", digest=sample("a").digest)
    levels = [violation.level for violation in violations(evidence([one, other])).values()]
    assert levels == ["error", "warning", "note"]
