"""The page: self-contained, complete, small, and safe whatever files and classes are called."""

import json
from pathlib import Path

import numpy as np
import pytest
from data_reports import Page, page_of, report_of
from evidences import evidence
from tiny_datasets import balanced, noise, sample

from tinysight.data.imageset import Sample
from tinysight.data.report.titles import TITLES, title_of
from tinysight.data.suspects import Suspect
from tinysight.data.violation import Violation

MEGABYTE = 1_000_000
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE--",
    "{{ 7 * 7 }}",
    "gpj.\u202etxt",
    "bad\udcff",
    "</style><b>",
    "a`b`c",
)


def test_the_page_makes_no_request(tmp_path: Path) -> None:
    """All it loads is inside it, and its own policy forbids everything else."""
    known = evidence(balanced(8))
    text = page_of(tmp_path, known, report_of(known))
    loads = [link for link in Page(text).loads if not link.startswith("#")]
    assert loads
    assert all(link.startswith("data:") for link in loads)
    assert "http:" not in text
    assert "https:" not in text
    assert "url(" not in text.replace("url(#", "")
    assert "default-src 'none'; img-src data:" in text


def test_each_finding_stands_on_the_page_with_its_pictures(tmp_path: Path) -> None:
    samples = [*balanced(12), sample("copy", "dog", digest=sample("1").digest)]
    known = evidence(
        samples, near=[(2, 3)], suspects=[Suspect(5, "cat", "emu", 0.97)], broken=["cat/broken.png"], large=[(6, 7, 8)]
    )
    collected = report_of(known)
    page = Page(page_of(tmp_path, known, collected))
    checks = {found.check for found in collected.report.findings}
    assert checks >= {"label_conflict", "near_duplicates", "label_errors", "unreadable", "large_cluster", "same_bytes"}
    for check in checks:
        assert title_of(check) in page.text
    for name in ("copy.png", "2.png", "5.png", "cat/broken.png", "97 % sure", "2 files without a label"):
        assert name in page.text


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text_whatever_they_hold(tmp_path: Path, name: str) -> None:
    """No name adds a tag, and what would turn the line round is shown instead of obeyed."""
    plain = evidence([*balanced(6), sample("x")])
    samples = [*balanced(6), Sample(f"{name}/{name}.png", "ab" * 32, name, 3)]
    findings = [Violation("blank", "warning", 1, f"Look at {name}.", (samples[-1].path,), (name,))]
    known = evidence(samples, broken=[f"{name}.jpg"])
    text = page_of(tmp_path, known, report_of(known, findings, name=name))
    reference = page_of(
        tmp_path, plain, report_of(plain, [Violation("blank", "warning", 1, "x", ("cat/x.png",), ("x",))])
    )
    strange = {"script", "img", "style", "b"}
    assert Page(text).tags.count("script") == Page(reference).tags.count("script") == 1
    assert Page(text).tags.count("style") == 1
    assert set(Page(text).tags) <= set(Page(reference).tags) | {"code"} | strange
    assert "\u202e" not in text
    assert "onerror=alert(1)>" not in text
    assert "49" not in Page(text).text or name != HOSTILE[3]


def test_a_name_that_is_not_utf_8_survives_in_the_json(tmp_path: Path) -> None:
    samples = [*balanced(6), Sample("cat/bad\udcff.png", "ab" * 32, "cat", 0)]
    known = evidence(samples)
    page_of(tmp_path, known, report_of(known, [Violation("blank", "note", 1, "x", (samples[-1].path,))]))
    content = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert content["findings"][0]["paths"] == ["cat/bad\udcff.png"]


def test_two_classes_of_three_pictures_have_a_page(tmp_path: Path) -> None:
    known = evidence([sample(f"{n}", name) for name in ("cat", "dog") for n in range(3)])
    page = Page(page_of(tmp_path, known, report_of(known)))
    assert "6 pictures in 2 classes, 3 in each." in page.text
    assert "Not fit to train on yet" in page.text


def test_no_picture_at_all_has_a_page(tmp_path: Path) -> None:
    known = evidence([], np.zeros((0, 8, 8, 3), np.uint8))
    assert "0 pictures in 0 classes." in Page(page_of(tmp_path, known, report_of(known))).text


def test_many_classes_and_findings_of_noise_stay_under_five_megabytes(tmp_path: Path) -> None:
    """Noise is what compresses worst; the JSON names all, the page says how many it leaves out."""
    samples = [
        Sample(f"k{k:03d}/{n}.png", f"{k:03d}{n:03d}" + "0" * 58, f"k{k:03d}", k) for k in range(200) for n in range(20)
    ]
    paths = tuple(one.path for one in samples)
    findings = [Violation(check, "warning", len(paths), "Look at them.", paths) for check in TITLES]
    known = evidence(samples, noise(len(samples), 64))
    text = page_of(tmp_path, known, report_of(known, findings), noise(len(samples), 64))
    assert len(text) < 5 * MEGABYTE
    assert "and 3,964 more" in Page(text).text
    content = json.loads((tmp_path / "report.json").read_text())
    assert all(len(found["paths"]) == 4000 for found in content["findings"])
    assert all(f"k{k:03d}" in text for k in range(200))


def test_the_same_data_set_gives_the_same_page(tmp_path: Path) -> None:
    """DVC would call the report changed otherwise, and run what depends on it."""
    known = evidence(balanced(8))
    texts = {page_of(tmp_path / name, known, report_of(known)) for name in ("one", "other")}
    assert len(texts) == 1


def test_every_check_has_a_title() -> None:
    from tinysight.params import LevelsParams

    assert set(LevelsParams.model_fields) | {"one_class"} == set(TITLES)
    assert title_of("of_a_later_version") == "Of a later version"
