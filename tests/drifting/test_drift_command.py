"""`tinysight drift` says to people, programs and schedulers whether pictures have changed: of files and captures."""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from results import give_store, make_results
from watched_bundle import bundle_with_reference, pictures

from tinysight.cli import main
from tinysight.records import Capture, Reason, new_id, write_captures
from tinysight.tracking.release import release

Run = tuple[int, str, str]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle_with_reference(tmp_path_factory.mktemp("drift"))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No project, and nothing that the caller's shell has set."""
    for name in ("TINYSIGHT_MODEL", "MLFLOW_TRACKING_URI", "DVC_EXP_NAME", "TINYSIGHT_NO_PROMOTE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def _folder(name: str, files: list[bytes]) -> str:
    Path(name).mkdir()
    for number, data in enumerate(files):
        Path(name, f"{number:04d}.png").write_bytes(data)
    return name


def _captures(name: str, files: list[bytes], start: float = 0, reason: Reason = "sample") -> str:
    def captured(number: int) -> Capture:
        when = 1_700_000_000 + start + number
        return Capture(
            prediction_id=new_id(when), when=when, class_name=None, best_class="red", confidence=0.4,
            probabilities={"red": 1.0}, model="colours", model_version="3", reason=reason, rate=0.1,
            digest=sha256(files[number]).hexdigest(),
        )  # fmt: skip

    write_captures(Path(name), [(captured(number), data) for number, data in enumerate(files)])
    return name


def _drift(capsys: pytest.CaptureFixture[str], *words: object) -> Run:
    code = main(["drift", *map(str, words)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def _json(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_drift(capsys, *words, "--json")[1])
    return found


def test_unchanged_pictures_end_with_0(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _drift(capsys, _folder("same", pictures(120, 5)), "--model", bundle)
    assert code == 0
    assert out == ("No change is seen. 120 pictures were compared with 300 that version 3 of colours was judged on.\n")


def test_changed_pictures_end_with_3_and_are_explained(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _drift(capsys, _folder("dark", pictures(120, 5, light=0.7)), "--model", bundle)
    assert code == 3
    assert out.startswith("The pictures have changed. 120 pictures were compared")
    brightness = re.search(r"  brightness, p < 0.01, middle ([\d.]+) → ([\d.]+)", out)
    assert brightness
    assert float(brightness[2]) == pytest.approx(0.7 * float(brightness[1]), rel=0.1)


def test_programs_get_all_figures(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, _folder("large", [*pictures(60, 5, size=9), b"broken"]), "--model", bundle)
    drifted = {one["name"] for one in found["statistics"] if one["drifted"]}
    assert "size" in drifted
    assert (found["drifted"], found["pictures"], found["broken"], found["model_version"]) == (True, 60, 1, "3")
    size = next(one for one in found["statistics"] if one["name"] == "size")
    assert (size["median_before"], size["median_now"], size["change"]) == (8, 9, 1)
    assert sum(share["now"] for share in found["classes"].values()) == pytest.approx(1, abs=1e-3)


def test_the_last_are_compared(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _folder("changing", [*pictures(150, 5), *pictures(100, 6, light=0.7)])
    assert _json(capsys, folder, "--model", bundle, "--last", 100)["passed_over"] == 150
    assert _drift(capsys, folder, "--model", bundle, "--last", 100)[0] == 3


def test_what_a_service_kept_is_compared_by_time_and_only_its_fair_sample(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _captures("kept", pictures(100, 5), start=1000)
    _captures("kept", pictures(100, 6, light=0.6), start=0)
    _captures("kept", pictures(100, 7, light=0.5), start=5000, reason="unsure")
    assert _drift(capsys, "kept", "--model", bundle, "--last", 100)[0] == 0
    assert _drift(capsys, "kept", "--model", bundle)[0] == 3
    found = _json(capsys, "kept", "--model", bundle, "--last", 100)
    assert (found["pictures"], found["passed_over"]) == (100, 100)


def test_pictures_that_stayed_since_people_corrected_them_are_no_fair_sample(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _captures("longer", pictures(100, 6, light=0.7), start=1000)
    Path("longer/captures").rename("longer/kept")
    assert "holds no picture to compare" in _drift(capsys, _captures("longer", []), "--model", bundle)[2]
    _captures("longer", pictures(100, 5), start=5000)
    assert _json(capsys, "longer", "--model", bundle)["pictures"] == 100


def test_free_shares_are_no_drift(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _folder("red", pictures(300, 9, shares=(0.8, 0.1, 0.1)))
    assert _drift(capsys, folder, "--model", bundle)[0] == 3
    assert _drift(capsys, folder, "--model", bundle, "--shares", "free")[0] == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["missing"], "missing is not there"),
        (["empty"], "holds no picture to compare"),
        (["broken"], "None of 1 pictures can be decoded"),
        (["same", "--model", "{old}"], "has no reference.json"),
        (["same", "--model", "nowhere"], "which is no folder"),
    ],
)
def test_what_cannot_be_compared_ends_with_1_and_says_why(
    words: list[str], why: str, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _folder("empty", [])
    _folder("broken", [b"x"])
    _folder("same", pictures(3, 1))
    (tmp_path / "old").mkdir()
    old = bundle_with_reference(tmp_path / "old", **{"card.md": b"x"})
    words = [word.format(old=old) for word in words]
    code, _, err = _drift(capsys, *words, *([] if "--model" in words else ["--model", bundle]))
    assert code == 1
    assert why in err


def test_the_page_stands_alone_and_shows_both_sides(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _drift(capsys, _folder("dark", pictures(60, 5, light=0.7)), "--model", bundle, "--report", "out/page.html")
    page = Path("out/page.html").read_text(encoding="utf-8")
    assert "<h1>The pictures have changed</h1>" in page
    assert not re.findall(r"(?:src|href)=\"(?!data:|#)", page)
    assert page.count("data:image/webp") > 10
    for words in ("60 pictures were compared with 300", "changed, p &lt; 0.01", "What to do next"):
        assert words in page


def test_a_project_has_its_page_in_reports(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("conf").mkdir()
    code, out, _ = _drift(capsys, _folder("same", pictures(30, 5)), "--model", bundle)
    assert code == 0
    assert "30 pictures show large changes only" in out
    assert Path("reports/drift.html").is_file()


@pytest.mark.slow
def test_the_version_in_production_is_the_default(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    params, paths = make_results(tmp_path)
    give_store(paths)
    paths.conf.mkdir()
    release(params, paths)
    capsys.readouterr()
    code, out, _ = _drift(capsys, "data/raw")
    assert code == 0
    assert out.splitlines() == [
        "No change is seen. 90 pictures were compared with 30 that version 1 of colours was judged on.",
        "90 pictures show large changes only: small ones need 100 or more.",
        f"{paths.drift} shows it.",
    ]
