"""A few of many: the page shows some, says how many it leaves out, and groups what belongs together."""

from data_reports import report_of
from evidences import evidence
from tiny_datasets import balanced, sample

from tinysight.data.report.galleries import Catalogue, Gallery, galleries, gallery_of
from tinysight.data.violation import Violation

SAMPLES = [*balanced(30), sample("copy", "dog", digest=sample("1").digest)]
CATALOGUE = Catalogue(SAMPLES, ["train"] * len(SAMPLES))
PATHS = tuple(one.path for one in SAMPLES)


def gallery(found: Violation, *more: Violation) -> Gallery:
    """The gallery of what one check found."""
    return gallery_of("here", "Title", [found, *more], CATALOGUE)


def test_a_finding_with_many_pictures_shows_some() -> None:
    shown = gallery(Violation("dark", "note", 91, "Dark.", PATHS, tuple(f"{n}" for n in range(91))))
    assert (len(shown.pictures), shown.more) == (16, 75)
    assert [(one.path, one.detail, one.class_name) for one in shown.pictures[:2]] == [
        ("cat/0.png", "0", "cat"),
        ("cat/1.png", "1", "cat"),
    ]


def test_sets_stand_side_by_side_with_their_sides() -> None:
    sets = tuple((PATHS[n], PATHS[n + 1]) for n in range(0, 60, 2))
    shown = gallery(Violation("same_bytes", "note", 30, "Copies.", PATHS[:60], (), sets))
    assert (len(shown.sets), shown.more) == (8, 22)
    assert [(one.path, one.side) for one in shown.sets[0].pictures] == [("cat/0.png", "train"), ("cat/1.png", "train")]


def test_a_set_of_hundreds_shows_a_few() -> None:
    shown = gallery(Violation("large_cluster", "warning", 1, "Alike.", PATHS, (), (PATHS,)))
    assert (len(shown.sets[0].pictures), shown.sets[0].more) == (8, 83)


def test_what_is_said_of_a_whole_set_is_said_once() -> None:
    words = ("wide", "wide", "class dog", "class cat")
    sets = ((PATHS[0], PATHS[1]), (PATHS[90], PATHS[2]))
    shown = gallery(Violation("shortcut", "warning", 1, "Wide.", (*sets[0], *sets[1]), words, sets))
    assert [one.caption for one in shown.sets] == ["wide", ""]
    assert {one.detail for members in shown.sets for one in members.pictures} == {""}


def test_files_that_cannot_be_read_are_listed_by_reason() -> None:
    reasons = ("Empty.", "Broken.", "Broken.")
    shown = gallery(Violation("unreadable", "note", 3, "3 files.", ("a", "b", "c"), reasons))
    assert [(one.text, one.paths, one.count) for one in shown.reasons] == [
        ("Broken.", ("b", "c"), 2),
        ("Empty.", ("a",), 1),
    ]
    assert not shown.pictures


def test_reasons_that_differ_in_a_number_are_one() -> None:
    reasons = ("Cut off 17 bytes early.", "Cut off 130 bytes early.", "Over 9 pixels.")
    shown = gallery(Violation("unreadable", "note", 3, "3 files.", ("a", "b", "c"), reasons))
    assert [one.text for one in shown.reasons] == ["Cut off … bytes early.", "Over 9 pixels."]


def test_several_findings_of_a_check_are_one_gallery() -> None:
    found = [Violation("small_class", "error", 2, f"Class {n} is small.", PATHS[n : n + 2]) for n in range(20)]
    shown = gallery(*found)
    assert (shown.count, len(shown.messages), shown.more_messages) == (20, 12, 8)
    assert [one.path for one in shown.pictures][:3] == list(PATHS[:3])


def test_a_file_that_is_no_picture_has_a_name_only() -> None:
    (shown,) = gallery(Violation("new_check", "note", 1, "x", ("elsewhere.png",))).pictures
    assert (shown.row, shown.class_name) == (None, "")


def test_the_report_has_a_gallery_for_each_check() -> None:
    known = evidence(SAMPLES)
    report = report_of(known).report
    assert [one.anchor for one in galleries(report, CATALOGUE)] == ["found-label_conflict", "found-same_bytes"]
