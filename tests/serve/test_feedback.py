"""POST /feedback of a real service: whatever worker answers, what is acknowledged is on the disk, and junk is not."""

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from kept import a_capture, folder_of, give, predict, records_of
from onnx_models import solid_png
from scraped import in_progress
from serving import RGB, Running, children, door_is_closed, eventually, make_bundle, running, start_fails

from serve.feedback_desk import MOST
from serve.problems import TYPE_PREFIX
from tinysight.client import Client
from tinysight.errors import ServiceError
from tinysight.records import new_id, read_captures, read_feedback

RED = solid_png(RGB["red"])
KEY = "tinysight_key-of-the-test"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("feedback")
    keys = {"TINYSIGHT_API_KEYS": f"shop:{sha256(KEY.encode()).hexdigest()}", "TINYSIGHT_WORKERS": "2"}
    kept = {"TINYSIGHT_CAPTURE_DIR": str(folder / "kept"), "TINYSIGHT_CAPTURE_RATE": "0"}
    with running(make_bundle(folder / "bundle"), folder, **keys, **kept) as service:
        yield Keyed(service.url, service.process, service.log)


class Keyed(Running):
    """A service that is asked with its key."""

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        return super().ask(method, path, body, **{"x_api_key": KEY} | headers)


def kept(service: Running) -> Path:
    return service.log.parent / "kept"


def kind(answer: tuple[int, dict[str, str]]) -> tuple[int, str]:
    return answer[0], answer[1]["type"].removeprefix(TYPE_PREFIX)


def test_what_people_say_is_kept_with_the_picture_and_who_said_it(service: Running) -> None:
    """Each request has its own connection, so feedback meets workers that did not make the prediction."""
    said = {}
    for name in (*RGB, None) * 5:
        prediction_id = predict(service, RED)["prediction_id"]
        answer = {"prediction_id": prediction_id, "class_name": name}
        assert give(service, answer) == (201, answer)
        said[prediction_id] = name
    found = {one.prediction_id: one for one in read_feedback(kept(service))}
    assert {one: found[one].class_name for one in said} == said
    assert {found[one].who for one in said} == {"shop"}
    pictures = {capture.prediction_id: capture.picture() for capture in read_captures(kept(service))}
    assert {pictures[one] for one in said} == {RED}


def test_the_last_word_counts_and_all_stand_there(service: Running) -> None:
    prediction_id = predict(service, RED)["prediction_id"]
    for name in ("blue", "green"):
        assert give(service, {"prediction_id": prediction_id, "class_name": name})[0] == 201
    said = [one.class_name for one in read_feedback(kept(service)) if one.prediction_id == prediction_id]
    assert said == ["blue", "green"]


def test_none_of_these_may_be_said_in_words(service: Running) -> None:
    said = {"prediction_id": predict(service, RED)["prediction_id"], "class_name": "none of these"}
    assert give(service, said) == (201, said | {"class_name": None})


def test_feedback_counts_by_what_it_says(service: Running) -> None:
    answer = predict(service, RED)
    give(service, {"prediction_id": answer["prediction_id"], "class_name": answer["class"]})
    numbers = service.ask("GET", "/metrics")[2].decode()
    assert 'tinysight_feedback_total{verdict="confirmed"}' in numbers
    assert 'tinysight_captures_total{reason="asked"}' in numbers
    assert "tinysight_capture_bytes " in numbers


def test_a_prediction_that_was_not_kept_is_told(service: Running) -> None:
    not_kept = predict(service, RED, "")["prediction_id"]
    for one in (not_kept, new_id(1.0), "0" * 32):
        answer = give(service, {"prediction_id": one, "class_name": "red"})
        assert kind(answer) == (404, "unknown-prediction")
        assert "keep=true" in answer[1]["detail"]


def test_a_class_that_there_is_none_of_is_told_with_those_that_there_are(service: Running) -> None:
    prediction_id = predict(service, RED)["prediction_id"]
    answer = give(service, {"prediction_id": prediction_id, "class_name": "<b>" * 200})
    assert kind(answer) == (422, "unknown-class")
    assert "red, green, blue" in answer[1]["detail"]
    assert len(answer[1]["detail"]) < 400


def test_of_many_classes_some_are_named_and_where_all_are(service: Running) -> None:
    old = a_capture(RED, probabilities={f"part {number}": 0.001 for number in range(1000)})
    records_of(kept(service), [old], RED)
    detail = give(service, {"prediction_id": old.prediction_id, "class_name": "part"})[1]["detail"]
    assert "part 19 and 983 more, which GET /labels names, or null" in detail


def test_the_classes_of_an_older_model_are_classes_too(service: Running) -> None:
    old = a_capture(RED, probabilities={"scarlet": 1.0})
    records_of(kept(service), [old], RED)
    assert give(service, {"prediction_id": old.prediction_id, "class_name": "scarlet"})[0] == 201


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'{"prediction_id": "../../../etc/passwd", "class_name": null}',
        b'{"prediction_id": "a/b", "class_name": "red"}', b'{"prediction_id": 3, "class_name": "red"}',
        b'{"class_name": "red"}', b'{"prediction_id": "00000000000000000000000000000000"}', b"\xff\xfe",
        b'{"prediction_id": "00000000000000000000000000000000", "class_name": ["red"]}', b"[" * 4000,
        b'{"prediction_id": "00000000000000000000000000000000\\n", "class_name": "red"}',
        b'{"prediction_id": "00000000000000000000000000000000", "class_name": "red", "path": "/etc"}',
    ],
)  # fmt: skip
def test_hostile_bodies_are_refused_in_words(service: Running, body: bytes) -> None:
    before = len(read_feedback(kept(service)))
    answer = give(service, body)
    assert kind(answer) == (400, "bad-request")
    assert len(answer[1]["detail"]) < 500
    assert len(read_feedback(kept(service))) == before


def test_ten_megabytes_of_feedback_are_not_read(service: Running) -> None:
    assert kind(give(service, b" " * 9_999_999)) == (413, "too-many-bytes")
    assert kind(give(service, b"{}", content_type="text/plain")) == (415, "not-json")


def test_a_program_gives_feedback_with_its_client(service: Running) -> None:
    with Client(service.url, api_key=KEY) as client:
        prediction = client.predict(RED, top=1, keep=True)
        client.feedback(prediction, "blue")
        client.feedback(prediction.prediction_id, None)
        with pytest.raises(ServiceError, match="keep=true") as refused:
            client.feedback(client.predict(RED), "blue")
    assert (refused.value.status, refused.value.kind) == (404, "unknown-prediction")
    said = [one.class_name for one in read_feedback(kept(service)) if one.prediction_id == prediction.prediction_id]
    assert said == ["blue", None]


def test_without_a_key_nobody_speaks(service: Running) -> None:
    said = {"prediction_id": new_id(), "class_name": None}
    assert kind(give(service, said, x_api_key="wrong")) == (401, "unauthorized")


def test_many_speak_at_once_and_all_is_there(service: Running) -> None:
    ids = [predict(service, RED)["prediction_id"] for _ in range(30)]

    def say(one: str) -> int:
        return give(service, {"prediction_id": one, "class_name": "blue"})[0]

    with ThreadPoolExecutor(8) as threads:
        assert {*threads.map(say, ids)} == {201}
    assert {*ids} <= {one.prediction_id for one in read_feedback(kept(service))}


def test_what_was_acknowledged_survives_the_kill_of_every_worker(service: Running) -> None:
    prediction_id = predict(service, RED)["prediction_id"]
    assert give(service, {"prediction_id": prediction_id, "class_name": "green"})[0] == 201
    before = children(service.process.pid)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert prediction_id in {one.prediction_id for one in read_feedback(kept(service))}
    assert eventually(lambda: answers_again(service, {*before}))
    assert give(service, {"prediction_id": prediction_id, "class_name": "red"})[0] == 201


def answers_again(service: Running, before: set[int]) -> bool:
    try:
        return not before & {*children(service.process.pid)} and service.ask("GET", "/readyz")[0] == 200
    except OSError:
        return False


def test_a_service_that_is_stopped_writes_what_waits(tmp_path: Path) -> None:
    """Somebody holds the folder's lock, so that pictures wait, until the service has closed its door."""
    with running(make_bundle(tmp_path / "bundle"), tmp_path, TINYSIGHT_CAPTURE_DIR=str(tmp_path / "kept")) as service:
        with folder_of(tmp_path / "kept").locked(alone=True):
            ids = {predict(service, RED)["prediction_id"] for _ in range(5)}
            service.process.terminate()
            assert eventually(lambda: door_is_closed(service))
            assert not [*read_captures(tmp_path / "kept")]
        service.process.wait(60)
    assert {capture.prediction_id for capture in read_captures(tmp_path / "kept")} == ids


def test_a_service_that_keeps_nothing_says_so(tmp_path: Path) -> None:
    with running(make_bundle(tmp_path / "bundle"), tmp_path, TINYSIGHT_CAPTURE_DIR="") as service:
        answer = give(service, {"prediction_id": predict(service, RED)["prediction_id"], "class_name": "red"})
        assert kind(answer) == (404, "feedback-off")
        assert "TINYSIGHT_CAPTURE_DIR" in answer[1]["detail"]
        assert json.loads(service.ask("GET", "/model")[2])["feedback"] is False


def test_a_folder_that_cannot_be_written_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, said = start_fails(tmp_path, TINYSIGHT_CAPTURE_DIR=str(tmp_path / "file" / "below"), TINYSIGHT_MODEL="x")
    assert code == 2
    assert "TINYSIGHT_CAPTURE_DIR" in said


def test_no_room_for_feedback_is_told_and_predictions_go_on(tmp_path: Path) -> None:
    own = {"TINYSIGHT_CAPTURE_DIR": str(tmp_path / "kept"), "TINYSIGHT_CAPTURE_MEGABYTES": "1"}
    with running(make_bundle(tmp_path / "bundle"), tmp_path, **own) as service:
        answer = predict(service, RED)
        (tmp_path / "kept" / "feedback").mkdir()
        (tmp_path / "kept" / "feedback" / "9999999999000000-x.records").write_bytes(bytes(260_000))
        said = {"prediction_id": answer["prediction_id"], "class_name": "red"}
        assert kind(give(service, said)) == (507, "storage-full")
        assert predict(service, RED)["best_class"]


def test_who_waits_for_the_disk_takes_no_picture_its_place(tmp_path: Path) -> None:
    """The folder's lock is held, as if the disk did not answer; the line for pictures is as short as the desk."""
    own = {"TINYSIGHT_CAPTURE_DIR": str(tmp_path / "kept"), "TINYSIGHT_QUEUE": str(MOST)}
    with running(make_bundle(tmp_path / "bundle"), tmp_path, **own) as service, ThreadPoolExecutor(MOST) as threads:
        said = {"prediction_id": predict(service, RED)["prediction_id"], "class_name": "blue"}
        assert eventually(lambda: any(read_captures(tmp_path / "kept")))
        with folder_of(tmp_path / "kept").locked(alone=True):
            waiting = [threads.submit(give, service, said) for _ in range(MOST)]
            assert eventually(lambda: in_progress(service) == MOST)
            assert predict(service, RED)["class"] == "red"
            assert kind(give(service, said)) == (503, "busy")
        assert [one.result()[0] for one in waiting] == [201] * MOST
        assert give(service, said)[0] == 201
