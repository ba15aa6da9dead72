"""What the report says is what is there."""

from data_reports import report_of
from evidences import evidence
from tiny_datasets import balanced, sample

from tinysight.data.suspects import Suspect


def test_counts_are_those_of_the_data_set() -> None:
    copy = sample("copy", "cat", digest=sample("1").digest)
    known = evidence([*balanced(20), copy, sample("more", "dog")], near=[(2, 3)], broken=["cat/b.png"],
                     suspects=[Suspect(45, "emu", "cat", 0.9)], empty=["yak"])  # fmt: skip
    report = report_of(known).report
    figures = report.figures
    assert figures["data/pictures"] == 62
    assert (figures["data/classes"], figures["data/largest_class"], figures["data/smallest_class"]) == (4, 21, 0)
    assert (figures["data/quarantined"], figures["data/same_bytes"], figures["data/near_duplicates"]) == (1, 2, 2)
    assert (figures["data/label_errors"], figures["data/leaks"], figures["data/groups"]) == (1, 0, 61)
    assert [(one.name, one.pictures) for one in report.classes] == [("cat", 21), ("dog", 21), ("emu", 20), ("yak", 0)]
    assert [(one.path, one.given, one.likely) for one in report.mislabelled] == [("emu/5.png", "emu", "cat")]
    assert sum(figures[f"data/share_{side}"] for side in ("train", "val", "test")) == 1


def test_each_class_counts_its_sides() -> None:
    report = report_of(evidence(balanced(30))).report
    for one in report.classes:
        assert sum(one.sides.values()) == one.pictures == 30
    totals = {side.name: side.pictures for side in report.division.sides}
    assert {side: sum(one.sides[side] for one in report.classes) for side in totals} == totals


def test_a_check_that_is_off_has_no_figure() -> None:
    known = evidence(balanced(8), overrides=["validate.levels.blank=off"])
    assert "data/blank" not in report_of(known).report.figures


def test_a_class_that_cannot_be_divided_is_said_and_breaks_nothing() -> None:
    """Its pictures form one group, which no check calls an error."""
    known = evidence([*balanced(8), *(sample(f"s{n}", "yak", group="one") for n in range(6))])
    report = report_of(known).report
    assert "yak" in report.division.problem
    assert report.summary.fitness == "unfit"
    assert report.classes[-1].sides == {}
