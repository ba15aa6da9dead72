"""The same picture twice is a note in one class and a warning in two."""

from evidences import evidence, violations
from tiny_datasets import balanced, noise, sample


def test_the_same_file_twice_in_a_class_is_a_note_that_lists_both() -> None:
    found = violations(evidence([*balanced(5), sample("copy", digest=sample("0").digest)]))
    assert found.keys() == {"same_bytes"}
    assert found["same_bytes"].level == "note"
    assert found["same_bytes"].paths == ("cat/0.png", "cat/copy.png")
    assert found["same_bytes"].sets == (("cat/0.png", "cat/copy.png"),)


def test_the_same_file_in_two_classes_is_a_warning_that_lists_both() -> None:
    found = violations(evidence([*balanced(5), sample("0", "dog", digest=sample("0").digest)]))
    assert found["label_conflict"].level == "warning"
    assert found["label_conflict"].paths == ("cat/0.png", "dog/0.png")
    assert found["label_conflict"].details == ("class cat", "class dog")
    assert "cat/0.png and dog/0.png" in found["label_conflict"].message


def test_the_same_pixels_in_two_classes_are_a_conflict_too() -> None:
    pixels = noise(15)
    pixels[5] = pixels[0]
    found = violations(evidence(balanced(5), pixels))
    assert found["label_conflict"].sets == (("cat/0.png", "dog/0.png"),)


def test_different_files_with_the_same_pixels_are_told_from_copies_of_a_file() -> None:
    samples, pixels = [*balanced(5), sample("copy", digest=sample("2").digest)], noise(16)
    pixels[1], pixels[15] = pixels[0], pixels[2]
    found = violations(evidence(samples, pixels))
    assert found["same_pixels"].paths == ("cat/0.png", "cat/1.png")
    assert found["same_bytes"].paths == ("cat/2.png", "cat/copy.png")
