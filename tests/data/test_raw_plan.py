"""What data/raw will hold: nothing is lost, nothing is taken for something else, and labels follow the source."""

from dataclasses import replace
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from tinysight.data.raw_manifest import RawPicture
from tinysight.data.raw_plan import Plan, Present, plan_added, plan_new, plan_updated
from tinysight.data.sources.source import SourceFile

Content = dict[str, str]


def digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()


def source(*named: tuple[str, str, str]) -> tuple[list[SourceFile], dict[str, str]]:
    """Files by path, class and content."""
    return [SourceFile(p, c) for p, c, _ in named], {p: digest(content) for p, _, content in named}


def present(*named: tuple[str, str, str], others: tuple[str, ...] = ()) -> Present:
    files, digests = source(*named)
    odd = {
        f.path: RawPicture(f.path, f.class_name, origin="old") for f in files if f.path.split("/")[0] != f.class_name
    }
    return Present(files, digests, odd, others)


def paths(plan: Plan) -> dict[str, str]:
    """The class of each path."""
    return {place.picture.path: place.picture.class_name for place in plan.places}


def test_classes_become_folders_and_odd_names_need_a_manifest() -> None:
    plain = plan_new(*source(("x/a.png", "cat", "1"), ("y/a.png", "dog", "2")))
    assert paths(plain) == {"cat/a.png": "cat", "dog/a.png": "dog"}
    assert not plain.needs_manifest
    odd = plan_new(*source(("x/a.png", "a/b", "1"), ("y/a.png", "a_b", "2")))
    assert paths(odd).keys() == {f"a_b-{sha256(b'a/b').hexdigest()[:8]}/a.png", "a_b/a.png"}
    assert odd.needs_manifest
    assert {place.picture.origin for place in odd.places} == {"x/a.png", "y/a.png"}


def test_where_a_source_says_that_a_picture_came_from_is_kept() -> None:
    files, digests = source(("cat/a.png", "cat", "1"), ("cat/b.png", "cat", "2"))
    told = plan_new([replace(files[0], history="feedback 1 of version 3"), files[1]], digests)
    assert [place.picture.origin for place in told.places] == ["feedback 1 of version 3", "cat/b.png"]
    assert told.needs_manifest


def test_sides_and_groups_need_a_manifest() -> None:
    files, digests = source(("cat/a.png", "cat", "1"))
    assert plan_new([replace(files[0], split="test")], digests).needs_manifest
    assert plan_new([replace(files[0], group="g")], digests).needs_manifest


def test_a_file_without_bytes_has_no_place() -> None:
    files, digests = source(("cat/a.png", "cat", "1"), ("cat/b.png", "cat", "2"))
    assert paths(plan_new(files, {"cat/b.png": digests["cat/b.png"]})) == {"cat/b.png": "cat"}


def test_added_pictures_leave_all_others_as_they_are() -> None:
    here = present(("cat/a.png", "cat", "1"), ("seal_x/b.png", "seal/x", "2"), others=("cat/notes.txt", "dog/c.png"))
    plan = plan_added(here, *source(("a.png", "cat", "3"), ("b.png", "seal/x", "2"), ("c.png", "dog", "4")))
    assert paths(plan) == {
        "cat/a.png": "cat", "seal_x/b.png": "seal/x", f"cat/a-{digest('3')[:8]}.png": "cat",
        f"dog/c-{digest('4')[:8]}.png": "dog",
    }  # fmt: skip
    assert (plan.known, len(plan.new), plan.others) == (1, 2, here.others)
    assert plan.needs_manifest
    assert [place.picture.origin for place in plan.places] == ["", "old", "a.png", "c.png"]


def test_a_label_said_anew_moves_the_picture_and_keeps_its_origin() -> None:
    here = present(("seal_x/deep/b.png", "seal/x", "2"), ("cat/a.png", "cat", "1"), ("dog/deep/b.png", "dog", "9"))
    files, digests = source(("other name.jpg", "dog", "2"), ("new.png", "cat", "5"))
    plan = plan_updated(here, files, digests)
    assert paths(plan) == {
        "cat/a.png": "cat", "dog/deep/b.png": "dog", f"dog/deep/b-{digest('2')[:8]}.png": "dog", "cat/new.png": "cat",
    }  # fmt: skip
    ((old, new),) = plan.relabelled
    assert (old.kept, new.kept, new.picture.origin) == ("seal_x/deep/b.png", "seal_x/deep/b.png", "old")
    assert (len(plan.new), plan.known) == (1, 1)


def test_an_empty_side_or_group_says_nothing() -> None:
    here = present(("cat/a.png", "cat", "1"))
    here = replace(here, files=[replace(here.files[0], split="test", group="g")])
    (mute,), digests = source(("a.png", "cat", "1"))
    assert not plan_updated(here, [mute], digests).relabelled
    ((_, new),) = plan_updated(here, [replace(mute, split="train")], digests).relabelled
    assert (new.picture.split, new.picture.group, new.picture.path) == ("train", "g", "cat/a.png")


def test_copies_in_two_classes_stay_so_until_the_source_says_one() -> None:
    here = present(("cat/a.png", "cat", "1"), ("dog/b.png", "dog", "1"))
    both = source(("1.png", "dog", "1"), ("2.png", "cat", "1"))
    assert not plan_updated(here, *both).relabelled
    other = source(("1.png", "owl", "1"), ("2.png", "cat", "1"))
    assert paths(plan_updated(here, *other)) == {"cat/a.png": "cat", "owl/b.png": "owl"}
    one = source(("1.png", "owl", "1"))
    assert paths(plan_updated(here, *one)) == {"owl/a.png": "owl", "owl/b.png": "owl"}


PATHS = st.sampled_from(["1.png", "x/1.png", "cat/1.png", "2.png"])
CLASSES = st.sampled_from(["cat", "dog", "a/b", "a_b"])
NAMED = st.lists(st.tuples(PATHS, CLASSES, st.sampled_from("abc")), unique_by=lambda entry: entry[0])


@given(NAMED, NAMED, st.booleans())
def test_no_content_is_ever_lost_and_no_path_comes_twice(
    old: list[tuple[str, str, str]], new: list[tuple[str, str, str]], update: bool
) -> None:
    first = {place.picture.path: place for place in plan_new(*source(*old)).places}
    files = [replace(place.file, path=path) for path, place in first.items()]
    rows = {path: place.picture for path, place in first.items()}
    here = Present(files, {path: place.digest for path, place in first.items()}, rows)
    plan = (plan_updated if update else plan_added)(here, *source(*new))
    found = [place.picture.path for place in plan.places]
    assert len(set(found)) == len(found)
    assert {place.kept for place in plan.places if place.kept} == first.keys()
    assert {place.digest for place in plan.places} == {*here.digests.values()} | {digest(entry[2]) for entry in new}
    assert {place.picture.class_name for place in plan.new} <= {class_name for _, class_name, _ in new}
