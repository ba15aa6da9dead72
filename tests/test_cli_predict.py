"""`tinysight predict` on many files: what it prints, writes and ends with."""

import json
import sys
from pathlib import Path

import pandas as pd
import pytest
from onnx_models import solid_png, tiny_model
from projects import run_in

from tinysight.bundle import write_bundle
from tinysight.cli import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three plain pictures and a model; it is the current folder."""
    (tmp_path / "in").mkdir()
    for name, colour in (("a", (250, 0, 0)), ("b", (0, 250, 0)), ("c", (0, 0, 250))):
        (tmp_path / "in" / f"{name}.png").write_bytes(solid_png(colour))
    tiny_model(tmp_path / "model.onnx")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TINYSIGHT_MODEL", "model.onnx")
    return tmp_path


def test_lines_and_table_say_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "in", "in/*.png"]) == 0
    lines = capsys.readouterr().out
    assert main(["predict", "in", "in/*.png", "--out", "out.jsonl"]) == 0
    assert capsys.readouterr().out == "out.jsonl: 6 pictures\n"
    assert Path("out.jsonl").read_text() == lines
    assert [json.loads(line)["class"] for line in lines.splitlines()] == ["red", "green", "blue"] * 2


def test_the_exit_code_tells_that_a_file_failed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "in" / "b.png").write_bytes(b"no picture")
    assert main(["predict", "in", "--out", "out.csv"]) == 1
    assert capsys.readouterr().out == "out.csv: 3 pictures, 1 of them failed: see its column error\n"
    frame = pd.read_csv("out.csv")
    assert frame["error"].str.startswith("Not a picture").tolist()[1]
    assert frame["class"].fillna("").tolist() == ["red", "", "blue"]


def test_a_table_of_paths_keeps_their_names(folder: Path) -> None:
    Path("in/list.csv").write_text("id,Foto\n1,c.png\n2,a.png\n")
    assert main(["predict", "in/list.csv", "--column", "Foto", "--out", "out.csv", "--workers", "1"]) == 0
    assert pd.read_csv("out.csv")[["file", "class"]].values.tolist() == [["c.png", "blue"], ["a.png", "red"]]


def test_paths_come_through_a_pipe(folder: Path) -> None:
    done = run_in(folder, "bash", "-c", "ls in/* | tinysight predict - --model model.onnx --out out.csv")
    assert done.stdout == "out.csv: 3 pictures\n"
    assert done.stderr == ""  # no bar where nobody watches


def test_a_bundle_is_checked_and_its_version_stands_in_each_row(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = write_bundle(folder / "bundle", folder / "model.onnx", {"a.png": solid_png((9, 9, 9))},
                          name="colours", version="7")  # fmt: skip
    assert main(["predict", "in", "--model", "bundle", "--out", "out.parquet"]) == 0
    assert set(pd.read_parquet("out.parquet")["model_version"]) == {"7"}
    bundle.model.write_bytes(b"another")
    assert main(["predict", "in", "--model", "bundle", "--out", "other.parquet"]) == 1
    assert "is not the file of this bundle" in capsys.readouterr().err
    assert not Path("other.parquet").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere", "--out", "o.csv"], "nowhere is not there"),
        (["in", "--out", "o.xlsx"], "ends in .parquet, .csv, .jsonl"),
        (["in", "--out", "there.csv"], "is there already. Add --overwrite"),
        (["in/*.gif", "--out", "o.csv"], "No file matches"),
        (["in", "--model", "gone.onnx", "--out", "o.csv"], "A model is a bundle's folder or a model.onnx"),
    ],
)
def test_mistakes_are_said_and_leave_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    Path("there.csv").write_text("mine")
    before = sorted(folder.rglob("*"))
    assert main(["predict", *words]) == 1
    assert said in capsys.readouterr().err
    assert sorted(folder.rglob("*")) == before
    assert Path("there.csv").read_text() == "mine"


@pytest.mark.parametrize("workers", ["0", "-1", "two"])
def test_workers_are_a_number(folder: Path, capsys: pytest.CaptureFixture[str], workers: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["predict", "in", "--out", "out.csv", "--workers", workers])
    assert ended.value.code == 2
    assert "--workers" in capsys.readouterr().err


def test_a_table_needs_the_base_packages_only(folder: Path) -> None:
    script = (
        "import sys; from tinysight.cli import main; code = main(['predict', 'in', '--out', 'out.csv']);"
        "more = {'pyarrow', 'pandas', 'rich', 'keras', 'tensorflow', 'mlflow', 'dvc', 'hydra', 'sklearn', 'fastapi',"
        " 'onnx', 'cv2', 'scipy'} & set(sys.modules); print(more); sys.exit(code or len(more))"
    )
    run_in(folder, sys.executable, "-c", script, TINYSIGHT_MODEL="model.onnx")
