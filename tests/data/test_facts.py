"""What ingest wrote of each file comes back as it was."""

from pathlib import Path

import pytest

from tinysight.data.facts import Facts, read_facts, write_facts
from tinysight.errors import DataError

PHOTO = Facts(640, 480, "JPEG", "RGB", 6, 51_234)


def test_the_facts_come_back_in_their_order(tmp_path: Path) -> None:
    facts = [PHOTO, Facts(1, 2, "PNG", "I;16", 1, 99)]
    for expected in (facts, []):
        write_facts(tmp_path, expected)
        assert read_facts(tmp_path) == expected


def test_columns_of_later_versions_are_passed_over(tmp_path: Path) -> None:
    header, row = "width,later,height,format,mode,orientation,file_bytes", "640,?,480,JPEG,RGB,6,51234"
    (tmp_path / "facts.csv").write_text(f"{header}\n{row}\n")
    assert read_facts(tmp_path) == [PHOTO]


@pytest.mark.parametrize("text", [None, "width\n1\n", "width,height,format,mode,orientation,file_bytes\nx,1,a,b,1,1\n"])
def test_missing_or_damaged_facts_are_named_with_the_fix(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "facts.csv").write_text(text)
    with pytest.raises(DataError, match=r"facts\.csv cannot be read.*dvc repro ingest"):
        read_facts(tmp_path)
