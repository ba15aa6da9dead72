"""From a list of pictures to a table: in order, on with what is there, never mixed, never half."""

import errno
import json
import resource
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from onnx_models import solid_png, tiny_model
from pictures import write_newcomers_folder

from tinysight.errors import ConfigError, DataError
from tinysight.scoring import table_of_answers
from tinysight.scoring.group_scores import GroupScores
from tinysight.scoring.listing import Named, list_pictures
from tinysight.scoring.listing_file import GROUP
from tinysight.scoring.model_file import ModelFile, open_model
from tinysight.scoring.score_journal import score_journal
from tinysight.scoring.table_of_answers import Outcome, write_answers
from tinysight.scoring.unfinished import folder_of, unfinished

ENDINGS = ("parquet", "csv", "jsonl")


@pytest.fixture
def model(tmp_path: Path) -> ModelFile:
    return open_model(tiny_model(tmp_path / "model.onnx"))


@pytest.fixture
def pictures(tmp_path: Path) -> list[Named]:
    """300 names of 3 pictures; one of the names leads nowhere."""
    for number, colour in enumerate(((250, 0, 0), (0, 250, 0), (0, 0, 250))):
        (tmp_path / f"{number}.png").write_bytes(solid_png(colour))
    named = [Named(f"{n:03d}", str(tmp_path / f"{n % 3}.png")) for n in range(300)]
    return [*named[:100], Named("gone", str(tmp_path / "gone.png")), *named[101:]]


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file of this process can be larger than 4,000 bytes."""
    before, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)


def stop_after(groups: int, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Lets the journal fail when it holds so many groups."""
    real, count = table_of_answers.ScoreJournal.add, 0

    def add(journal: object, scores: GroupScores) -> None:
        nonlocal count
        if count == groups:
            raise error
        count += 1
        real(journal, scores)

    monkeypatch.setattr(table_of_answers.ScoreJournal, "add", add)


def test_real_pictures_of_every_format_and_broken_ones(tmp_path: Path, model: ModelFile) -> None:
    folder, out = write_newcomers_folder(tmp_path / "in"), tmp_path / "new" / "out.parquet"
    assert write_answers(list_pictures([str(folder)]), model, out) == Outcome(35, 3)
    frame = pd.read_parquet(out)
    assert frame["file"].tolist() == sorted(frame["file"])
    assert frame["error"].notna().sum() == frame["best_class"].isna().sum() == 3
    assert [path.name for path in out.parent.iterdir()] == ["out.parquet"]


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_the_order_is_the_lists_and_the_table_the_same_with_any_number_of_workers(
    tmp_path: Path, model: ModelFile, pictures: list[Named], workers: int
) -> None:
    out = tmp_path / "out.csv"
    assert write_answers(iter(pictures), model, out, workers=workers) == Outcome(300, 1)
    frame = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert frame["file"].tolist() == [picture.file for picture in pictures]
    expected = [("", "red", "green", "blue")[1 + n % 3 if n != 100 else 0] for n in range(300)]
    assert frame["class"].tolist() == expected


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_was_stopped_goes_on_to_the_same_table(
    tmp_path: Path, model: ModelFile, pictures: list[Named], ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_answers(pictures, model, tmp_path / f"whole.{ending}")
    out = tmp_path / f"out.{ending}"
    for _ in range(4):
        with monkeypatch.context() as patch:
            stop_after(2, patch, KeyboardInterrupt())
            with pytest.raises(KeyboardInterrupt):
                write_answers(pictures, model, out)
        assert not out.exists()
    write_answers(pictures, model, out)
    assert out.read_bytes() == (tmp_path / f"whole.{ending}").read_bytes()
    assert not folder_of(out).exists()


def test_what_is_done_is_not_done_again(
    tmp_path: Path, model: ModelFile, pictures: list[Named], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers of the earlier run are taken as they stand in its journal."""
    out = tmp_path / "out.csv"
    with monkeypatch.context() as patch:
        stop_after(3, patch, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            write_answers(pictures, model, out)
    forged = np.full((GROUP, 3), 0.125, dtype=np.float32)
    (folder_of(out) / "scores").unlink()
    with score_journal(folder_of(out) / "scores", 3) as journal:
        journal.add(GroupScores(forged, {}))
    write_answers(pictures, model, out)
    confidence = pd.read_csv(out)["confidence"]
    assert (confidence[:GROUP] == 0.125).all()
    assert (confidence[GROUP:].dropna() > 0.9).all()


@pytest.mark.parametrize("other", ["model", "list"])
def test_another_models_or_lists_work_is_never_mixed_in(
    tmp_path: Path, model: ModelFile, pictures: list[Named], monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    out = tmp_path / "out.csv"
    with monkeypatch.context() as patch:
        stop_after(3, patch, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            write_answers(pictures, model, out)
    if other == "model":
        model = open_model(tiny_model(tmp_path / "other.onnx", seed=1))
    else:
        pictures = pictures[1:]
    before = (folder_of(out) / "scores").read_bytes()
    with pytest.raises(ConfigError, match=rf"unfinished work of another command: its {other}.*--overwrite"):
        write_answers(pictures, model, out)
    assert (folder_of(out) / "scores").read_bytes() == before
    write_answers(pictures, model, out, overwrite=True)
    write_answers(pictures, model, tmp_path / "whole.csv")
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_a_table_that_is_there_stays_unless_told(tmp_path: Path, model: ModelFile, pictures: list[Named]) -> None:
    out = tmp_path / "out.csv"
    out.write_text("mine")
    with pytest.raises(ConfigError, match=r"is there already\. Add --overwrite"):
        write_answers(pictures, model, out)
    assert out.read_text() == "mine"
    write_answers(pictures, model, out, overwrite=True)
    assert len(pd.read_csv(out)) == 300


def test_a_folder_in_the_tables_place_is_said_before_the_work(
    tmp_path: Path, model: ModelFile, pictures: list[Named]
) -> None:
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(ConfigError, match="is a folder"):
        write_answers(pictures, model, tmp_path / "out.csv", overwrite=True)


def test_two_runs_do_not_write_one_table(tmp_path: Path, model: ModelFile, pictures: list[Named]) -> None:
    """A lock of the system belongs to a process, so the other one is a real one."""
    import multiprocessing

    out, context = tmp_path / "out.csv", multiprocessing.get_context("fork")
    with unfinished(out):
        ours, theirs = context.Pipe()

        def other() -> None:
            with pytest.raises(ConfigError, match=r"Another run writes .*out\.csv just now"):
                write_answers(pictures, model, out)
            theirs.send("refused")

        process = context.Process(target=other)
        process.start()
        assert ours.poll(20)
        process.join()
    assert not folder_of(out).exists()


def test_an_empty_list_leaves_nothing_behind(tmp_path: Path, model: ModelFile) -> None:
    with pytest.raises(DataError, match="No picture is named"):
        write_answers([], model, tmp_path / "out" / "out.csv")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_leaves_no_half_table(tmp_path: Path, model: ModelFile, pictures: list[Named], ending: str) -> None:
    out = tmp_path / f"out.{ending}"
    named = [Named("x" * 100 + str(n), pictures[0].place) for n in range(2)]
    write_answers(named, model, out)
    shutil.move(out, tmp_path / "fits")
    with pytest.raises(DataError, match=r"The disk is full: .* Free some room, then run the same command again"):
        write_answers(pictures * 2, model, out)
    assert not out.exists()
    assert not list(tmp_path.rglob("draft"))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("ending", ENDINGS)
def test_after_a_full_disk_it_goes_on(
    tmp_path: Path, model: ModelFile, pictures: list[Named], monkeypatch: pytest.MonkeyPatch, ending: str, code: int
) -> None:
    out = tmp_path / f"out.{ending}"
    with monkeypatch.context() as patch:
        stop_after(3, patch, OSError(code, "full"))
        with pytest.raises(DataError, match="it goes on where it stopped"):
            write_answers(pictures, model, out)
    assert write_answers(pictures, model, out) == Outcome(300, 1)


def test_the_work_folder_says_what_it_is(
    tmp_path: Path, model: ModelFile, pictures: list[Named], monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_after(1, monkeypatch, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        write_answers(pictures, model, tmp_path / "out.csv")
    work = json.loads((tmp_path / "out.csv.unfinished" / "work.json").read_text())
    assert (work["model"], work["pictures"], work["model_version"]) == (model.source.sha256, 300, "local")
