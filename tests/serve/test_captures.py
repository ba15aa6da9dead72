"""What a worker keeps: a fair sample, more of what it doubts, what is asked for, and nothing that makes it wait."""

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from kept import folder_of
from onnx_models import solid_png
from over_asgi import ask, make_app, picture
from serving import RGB, eventually

from serve.captures import MOST_WAITING, Captures
from serve.metrics import Metrics
from serve.model_store import ServedModel
from tinysight.prediction import Prediction
from tinysight.records import new_id, read_captures

SURE = Prediction("red", "red", 0.99, {"red": 0.99, "blue": 0.01})
UNSURE = Prediction("red", "red", 0.7, {"red": 0.7, "blue": 0.3})
UNKNOWN = Prediction(None, "red", 0.55, {"red": 0.55, "blue": 0.45})
THRESHOLD = 0.6
SERVED = cast(
    "ServedModel",
    SimpleNamespace(
        predictor=SimpleNamespace(contract=SimpleNamespace(unknown_threshold=THRESHOLD)),
        release=SimpleNamespace(name="colours", version="3"),
    ),
)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def captures(tmp_path: Path, metrics: Metrics) -> Iterator[Captures]:
    captures = Captures(folder_of(tmp_path), 0.05, metrics)
    yield captures
    captures.close()


def see(captures: Captures, data: bytes, prediction: Prediction = SURE, *, asked: bool = True) -> str:
    prediction_id = new_id()
    captures.see(data, prediction, prediction_id, SERVED, asked=asked)
    return prediction_id


def count(metrics: Metrics, name: str) -> float:
    return sum(values[0] for series, values in metrics.shared.totals().items() if series.startswith(name))


def reasons(captures: Captures, prediction: Prediction, *, asked: bool = False) -> Counter[tuple[Any, Any]]:
    drawn = (captures.draw(prediction, THRESHOLD, asked=asked) for _ in range(20_000))
    return Counter(one or ("", 0) for one in drawn)


def near(found: int, share: float) -> bool:
    """Within five standard deviations of what 20,000 draws give."""
    return abs(found - 20_000 * share) <= 5 * (20_000 * share * (1 - share)) ** 0.5


def test_doubt_is_kept_more_often_and_the_sample_stays_fair(captures: Captures) -> None:
    for prediction, reason, share in ((SURE, "", 0.95), (UNSURE, "unsure", 0.1), (UNKNOWN, "unknown", 0.45)):
        found = reasons(captures, prediction)
        assert near(found["sample", 0.05], 0.05)
        assert near(sum(number for (word, _), number in found.items() if word == reason), share)
    assert ("unknown", 0.5) in reasons(captures, UNKNOWN)


def test_what_is_asked_for_is_always_kept(captures: Captures) -> None:
    found = reasons(captures, SURE, asked=True)
    assert near(found["sample", 0.05], 0.05)
    assert found["sample", 0.05] + found["asked", 1.0] == 20_000


def test_bytes_and_answer_are_kept_as_they_were(captures: Captures, metrics: Metrics, tmp_path: Path) -> None:
    ids = [see(captures, f"picture {number}".encode(), UNKNOWN) for number in range(50)]
    captures.close()
    kept = {capture.prediction_id: capture for capture in read_captures(tmp_path)}
    assert [*kept] == ids
    first = kept[ids[0]]
    assert first.picture() == b"picture 0"
    assert first.digest == sha256(b"picture 0").hexdigest()
    assert (first.class_name, first.best_class, first.confidence) == (None, "red", 0.55)
    assert (first.model, first.model_version, first.probabilities) == ("colours", "3", UNKNOWN.probabilities)
    assert count(metrics, "tinysight_captures_total") == 50


def test_a_slow_disk_loses_pictures_and_holds_nobody_up(captures: Captures, metrics: Metrics, tmp_path: Path) -> None:
    """Somebody else holds the lock of the folder, as if the disk hung."""
    with captures.folder.locked(alone=True):
        began = time.monotonic()
        for _ in range(100):
            see(captures, bytes(MOST_WAITING // 10))
        assert time.monotonic() - began < 5
    captures.close(60)
    lost = count(metrics, "tinysight_captures_lost_total")
    assert 0 < lost < 100
    assert len([*read_captures(tmp_path)]) == 100 - lost


def test_what_the_disk_refuses_is_counted_and_tried_again(
    captures: Captures, metrics: Metrics, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert eventually((tmp_path / "lock").exists)
    shutil.rmtree(tmp_path)
    tmp_path.touch()
    see(captures, b"one")
    assert eventually(lambda: count(metrics, "tinysight_captures_lost_total") >= 1)
    see(captures, b"two")
    assert eventually(lambda: count(metrics, "tinysight_captures_lost_total") >= 2)
    tmp_path.unlink()
    monkeypatch.setattr("serve.captures.PAUSE", 0.0)
    see(captures, b"three")
    captures.close(60)
    assert [capture.picture() for capture in read_captures(tmp_path)] == [b"three"]


def test_a_file_is_ended_when_it_is_old_enough(tmp_path: Path, metrics: Metrics) -> None:
    """Else a service with little traffic would keep its first pictures as long as it runs."""
    captures = Captures(folder_of(tmp_path, days=0.5 / 86_400), 1.0, metrics)
    see(captures, b"one")
    assert eventually(lambda: count(metrics, "tinysight_captures_total") == 1)
    assert eventually(lambda: not [*read_captures(tmp_path)])
    captures.close()


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    red = solid_png(RGB["red"])
    assert ask(app, "POST", "/predict?keep=true", content=red, headers={"content-type": "image/png"}).is_success
    assert ask(app, "GET", "/model").json()["feedback"] is False
    assert not list(tmp_path.rglob("*.records"))


def test_a_batch_is_kept_file_by_file(tmp_path: Path) -> None:
    app = make_app(tmp_path, capture_dir=tmp_path / "kept", capture_rate=0)
    pictures = [solid_png(RGB[name]) for name in ("red", "blue", "green")]
    files = [("files", ("x.png", data)) for data in (pictures[0], b"no picture", *pictures[1:])]
    answers = ask(app, "POST", "/predict/batch?keep=true&top=1", files=files).json()["predictions"]
    app.state.captures.close()
    kept = {capture.prediction_id: capture.picture() for capture in read_captures(tmp_path / "kept")}
    ids = [answer["prediction_id"] for answer in answers if "prediction_id" in answer]
    assert [kept[one] for one in ids] == pictures
    assert all(len(capture.probabilities) == 3 for capture in read_captures(tmp_path / "kept"))


def test_a_batch_of_large_files_holds_some_and_counts_the_others(tmp_path: Path) -> None:
    app = make_app(tmp_path, capture_dir=tmp_path / "kept", capture_rate=0)
    large = picture("BMP", (800, 625))
    files = [("files", ("x.png", large))] * 4
    assert ask(app, "POST", "/predict/batch?keep=true", files=files).is_success
    app.state.captures.close()
    lost = count(app.state.metrics, "tinysight_captures_lost_total")
    assert lost >= 2
    assert len([*read_captures(tmp_path / "kept")]) == 4 - lost


@pytest.mark.parametrize("query", ["keep=yes", "keep=", "keep=true&keep=false", "keep=1"])
def test_another_word_than_true_or_false_is_told(tmp_path: Path, query: str) -> None:
    headers = {"content-type": "image/png"}
    answer = ask(make_app(tmp_path), "POST", f"/predict?{query}", content=solid_png(RGB["red"]), headers=headers)
    assert answer.status_code == 400
    assert "keep: true or false" in answer.json()["detail"]
