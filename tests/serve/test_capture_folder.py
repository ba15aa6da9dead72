"""The folder of what is kept: within its limits, oldest first, and what people have spoken of goes last."""

import errno
import os
import time
from pathlib import Path
from typing import Any

import pytest
from kept import CLASS, a_capture, capture_bytes, folder_of, records_of

from serve.capture_folder import CaptureFolder, FullError, check_writable
from tinysight.errors import ConfigError
from tinysight.record_file import record_files
from tinysight.records import CAPTURES, FEEDBACK, KEPT, Feedback, new_id, read_captures, read_feedback, to_header

NOISE = os.urandom(50_000)


def fill(folder: CaptureFolder, count: int, picture: bytes = NOISE) -> list[str]:
    """Captures one after the other, as a worker does; their ids."""
    ids, file = [], None
    for number in range(count):
        capture = a_capture(picture, when=time.time() - 1000 + number)
        header = to_header(capture)
        if file is None or not file.fits(header, picture):
            if file:
                file.close()
            file = folder.open_file(CAPTURES, header, picture)
            assert capture_bytes(folder.path) <= 1_000_000
        file.append(header, picture)
        ids.append(capture.prediction_id)
    if file:
        file.close()
    return ids


def say(folder: CaptureFolder, ids: list[str]) -> None:
    for one in ids:
        header = to_header(Feedback(prediction_id=one, when=time.time(), class_name=CLASS, model_version="3"))
        file = folder.open_file(FEEDBACK, header)
        file.append(header)
        file.close()


def test_the_newest_captures_fill_the_folder_and_never_more(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, megabytes=1)
    ids = fill(folder, 60)
    kept = [capture.prediction_id for capture in read_captures(tmp_path)]
    assert kept == ids[-len(kept) :]
    assert 700_000 < capture_bytes(tmp_path) <= 1_000_000
    assert folder.bytes() == capture_bytes(tmp_path)


def test_pictures_that_people_spoke_of_stay_longest(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, megabytes=1)
    first = fill(folder, 6)
    say(folder, first[::2])
    fill(folder, 60)
    kept = {capture.prediction_id: capture for capture in read_captures(tmp_path)}
    assert {*first} & {*kept} == {*first[::2]}
    assert all(kept[one].picture() == NOISE for one in first[::2])
    assert capture_bytes(tmp_path) <= 1_000_000
    assert [one.prediction_id for one in read_feedback(tmp_path)] == first[::2]


def test_a_disk_that_refuses_while_they_are_moved_costs_none_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, small = folder_of(tmp_path, megabytes=1), NOISE[:5000]
    first = fill(folder, 6, small)
    say(folder, first[::2])
    with monkeypatch.context() as broken:
        broken.setattr("tinysight.record_file.RecordFile.sync", refuse)
        with pytest.raises(OSError, match="No space"):
            fill(folder, 600, small)
    assert not record_files(tmp_path / KEPT)
    fill(folder, 600, small)
    assert {*first} & {one.prediction_id for one in read_captures(tmp_path)} == {*first[::2]}
    assert capture_bytes(tmp_path) <= 1_000_000


def refuse(_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_when_all_was_spoken_of_the_oldest_pictures_go_and_no_feedback(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, megabytes=1)
    ids = []
    for _ in range(6):
        new = fill(folder, 6)
        say(folder, new)
        ids += new
        assert capture_bytes(tmp_path) <= 1_000_000
    kept = {capture.prediction_id for capture in read_captures(tmp_path)}
    assert {*ids[-6:]} <= kept
    assert len(kept) < len(ids)
    assert [one.prediction_id for one in read_feedback(tmp_path)] == ids


def flood(folder: CaptureFolder, header: bytes) -> None:
    for _ in range(10_000):
        file = folder.open_file(FEEDBACK, header)
        while file.fits(header):
            file.append(header)
        file.close()


def test_feedback_cannot_displace_what_it_is_about(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, megabytes=1)
    fill(folder, 3)
    header = to_header(Feedback(prediction_id=new_id(), when=time.time(), class_name="x" * 1000, model_version="3"))
    with pytest.raises(FullError):
        flood(folder, header)
    assert len([*read_captures(tmp_path)]) == 3


def test_what_is_too_old_goes_all_of_it(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, days=1)
    records_of(tmp_path, [a_capture(when=time.time() - 100_000)])
    records_of(tmp_path, [a_capture(when=time.time() - 80_000)])
    folder.tidy()
    assert len([*read_captures(tmp_path)]) == 1
    assert len(record_files(tmp_path / CAPTURES)) == 1


def test_a_file_that_is_written_is_not_removed(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, megabytes=1)
    header = to_header(a_capture(NOISE))
    file = folder.open_file(CAPTURES, header, NOISE)
    file.append(header, NOISE)
    fill(folder, 60)
    assert file.path.exists()
    file.close()


def test_a_picture_larger_than_the_limit_is_refused_without_harm(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, megabytes=1)
    say(folder, fill(folder, 1))
    with pytest.raises(FullError):
        folder.open_file(CAPTURES, b"{}", bytes(2_000_000))
    assert len(read_feedback(tmp_path)) == 1


def test_what_a_killed_writer_began_is_swept_up(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    draft = tmp_path / CAPTURES / "0000000001-x.part"
    draft.parent.mkdir()
    draft.touch()
    folder.tidy()
    assert not draft.exists()


def test_a_disk_that_is_nearly_full_is_left_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serve.capture_folder.LEAST_FREE", 1 << 60)
    with pytest.raises(FullError):
        folder_of(tmp_path).open_file(CAPTURES, b"{}")


def test_a_folder_that_somebody_removes_is_made_again(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "deep" / "folder")
    file = folder.open_file(CAPTURES, b"{}")
    for path in (file.path, *(tmp_path / "deep/folder").glob("lock")):
        path.unlink()
    assert file.gone
    file.close()
    (tmp_path / "deep/folder/captures").rmdir()
    (tmp_path / "deep/folder").rmdir()
    folder.open_file(CAPTURES, b"{}").close()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"TINYSIGHT_CAPTURE_DIR.*cannot be written.*unset it"):
        check_writable(tmp_path / "file" / "below")


def test_many_workers_share_the_limit(tmp_path: Path) -> None:
    folders = [folder_of(tmp_path, megabytes=1, workers=8) for _ in range(8)]
    files: list[Any] = [folder.open_file(CAPTURES, b"{}", b"x") for folder in folders]
    assert sum(file.limit for file in files) <= 500_000
    for file in files:
        file.close()
