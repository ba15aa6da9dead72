from hypothesis import given
from hypothesis import strategies as st

from tinysight.tracking.changes import LONGEST, Change, changes, in_short, of_candidate

BEFORE = {"train.epochs": "30", "models.svm.kind": "svm", "models.svm.c": "[1]", "models.mlp.kind": "mlp"}
VALUES = st.dictionaries(st.text(min_size=1), st.text(min_size=1), max_size=8)


def test_a_changed_value_is_named_with_both() -> None:
    assert [str(one) for one in changes(BEFORE, BEFORE | {"train.epochs": "3"})] == ["train.epochs 30→3"]


def test_a_candidate_that_comes_or_goes_is_one_change() -> None:
    after = {key: value for key, value in BEFORE.items() if ".mlp." not in key}
    after |= {"models.wide.kind": "mlp", "models.wide.hidden": "[512]"}
    assert [str(one) for one in changes(BEFORE, after)] == ["+wide", "-mlp"]


def test_a_candidates_name_tells_only_what_concerns_it() -> None:
    found = changes(BEFORE, {**BEFORE, "models.svm.c": "[10]", "train.epochs": "3", "evaluate.draws": "9"})
    assert [str(one) for one in of_candidate(found, "svm")] == ["c [1]→[10]", "train.epochs 30→3"]
    assert [str(one) for one in of_candidate(found, "mlp")] == ["train.epochs 30→3"]


def test_another_candidate_that_comes_changes_none_of_the_rest() -> None:
    found = changes(BEFORE, BEFORE | {"models.wide.kind": "mlp"})
    assert of_candidate(found, "svm") == []


def test_many_changes_are_counted_and_a_long_one_is_cut() -> None:
    many = [Change(f"section.key_{number}", "1", "2") for number in range(20)]
    assert in_short(many).endswith(" more")
    assert len(in_short(many)) < LONGEST + 20
    assert in_short([Change("models", None, "x" * 500)]).endswith("…")


@given(VALUES, VALUES)
def test_names_stay_short_enough_for_any_database(before: dict[str, str], after: dict[str, str]) -> None:
    found = changes(before, after)
    assert bool(found) == (before != after)
    assert len(in_short(found)) < 2 * LONGEST
