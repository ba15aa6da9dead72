"""Pulling: from a folder that is written meanwhile, and from an object store; each file once."""

import os
import threading
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from kept import CLASS, a_capture, folder_of, records_of
from moto.server import ThreadedMotoServer

from tinysight.errors import DataError
from tinysight.feedback import pulling
from tinysight.feedback.pulling import pull
from tinysight.record_file import record_files
from tinysight.records import CAPTURES, KEPT, Feedback, read_captures, read_feedback, to_header, write_feedback


def spoken(folder: Path) -> str:
    capture = a_capture()
    records_of(folder, [capture])
    write_feedback(
        folder, [Feedback(prediction_id=capture.prediction_id, when=time.time(), class_name=CLASS, model_version="3")]
    )
    return capture.prediction_id


def test_a_second_pull_fetches_what_is_new_and_nothing_else(tmp_path: Path) -> None:
    first = spoken(tmp_path / "there")
    assert pull(str(tmp_path / "there"), tmp_path / "here").files == 2
    assert pull(str(tmp_path / "there"), tmp_path / "here").files == 0
    second = spoken(tmp_path / "there")
    assert pull(str(tmp_path / "there"), tmp_path / "here").files == 2
    found = [capture.prediction_id for capture in read_captures(tmp_path / "here")]
    assert found == [first, second]
    assert [one.prediction_id for one in read_feedback(tmp_path / "here")] == [first, second]


def test_what_the_service_has_removed_stays_here(tmp_path: Path) -> None:
    spoken(tmp_path / "there")
    pull(str(tmp_path / "there"), tmp_path / "here")
    record_files(tmp_path / "there" / CAPTURES)[0].unlink()
    pull(str(tmp_path / "there"), tmp_path / "here")
    assert len([*read_captures(tmp_path / "here")]) == 1


def test_a_file_that_grows_is_fetched_again_and_keeps_its_time(tmp_path: Path) -> None:
    capture = a_capture()
    file = folder_of(tmp_path / "there").open_file(CAPTURES, b"{}")
    file.append(to_header(capture), b"picture")
    pull(str(tmp_path / "there"), tmp_path / "here")
    file.append(to_header(a_capture()), b"picture")
    os.utime(file.path, (1_700_000_000, 1_700_000_000))
    pull(str(tmp_path / "there"), tmp_path / "here")
    assert len([*read_captures(tmp_path / "here")]) == 2
    assert record_files(tmp_path / "here" / CAPTURES)[0].stat().st_mtime == 1_700_000_000
    file.close()


def test_a_pull_while_pictures_come_in_takes_whole_ones_only(tmp_path: Path) -> None:
    folder, stop = folder_of(tmp_path / "there"), threading.Event()

    def write() -> None:
        file = folder.open_file(CAPTURES, b"{}", bytes(1_000_000))
        while not stop.is_set() and file.fits(b"{}", bytes(50_000)):
            picture = os.urandom(20_000)
            file.append(to_header(a_capture(picture)), picture)
        file.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(10):
            while not record_files(tmp_path / "there" / CAPTURES):
                time.sleep(0.01)
            pull(str(tmp_path / "there"), tmp_path / "here")
            assert all(capture.picture() for capture in read_captures(tmp_path / "here"))
    finally:
        stop.set()
        thread.join()


def test_files_that_the_service_moves_or_removes_meanwhile_do_not_end_the_pull(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full folder makes room all the time: one file goes for good, one moves to where those with feedback stay."""
    there, here = tmp_path / "there", tmp_path / "here"
    spoken(there)
    moved = spoken(there)
    first, second = record_files(there / CAPTURES)
    fetch = pulling._fetch

    def late(*words: Any) -> None:
        if first.exists():
            first.unlink()
            (there / KEPT).mkdir()
            second.rename(there / KEPT / second.name)
        fetch(*words)

    monkeypatch.setattr(pulling, "_fetch", late)
    assert pull(str(there), here).files == 3
    assert [capture.prediction_id for capture in read_captures(here)] == [moved]
    assert len(read_feedback(here)) == 2
    assert not [*here.rglob("*.part")]


@pytest.mark.slow  # what speaks to it takes seconds to import
def test_an_object_store_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prediction_id = spoken(tmp_path / "there")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        address = "http://{}:{}".format(*server.get_host_and_port())
        own = {
            "ENDPOINT_URL": address,
            "ACCESS_KEY_ID": "test",
            "SECRET_ACCESS_KEY": "test",
            "DEFAULT_REGION": "eu-west-1",
        }
        for name, value in own.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        store = boto3.client("s3")
        store.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        for path in (tmp_path / "there").rglob("*.records"):
            store.upload_file(str(path), "kept", f"of/server/{path.relative_to(tmp_path / 'there').as_posix()}")
        assert pull("s3://kept/of/server", tmp_path / "here").files == 2
        assert pull("s3://kept/of/server", tmp_path / "here").files == 0
        with pytest.raises(DataError, match="s3://kept/elsewhere holds no records"):
            pull("s3://kept/elsewhere", tmp_path / "here")
    finally:
        server.stop()
    assert [capture.prediction_id for capture in read_captures(tmp_path / "here")] == [prediction_id]


@pytest.mark.parametrize("source", ["missing", "nonsense://bucket/x", ""])
def test_a_source_without_records_is_named(tmp_path: Path, source: str) -> None:
    with pytest.raises(DataError, match="TINYSIGHT_CAPTURE_DIR"):
        pull(source and (source if "://" in source else str(tmp_path / source)), tmp_path / "here")


def test_a_name_that_leads_elsewhere_is_passed_over(tmp_path: Path) -> None:
    spoken(tmp_path / "there")
    (tmp_path / "there" / CAPTURES / "..records").touch()
    (tmp_path / "there" / CAPTURES / "notes.txt").touch()
    (tmp_path / "there" / CAPTURES / "1-ab.records").mkdir()
    assert pull(str(tmp_path / "there"), tmp_path / "here").files == 2
