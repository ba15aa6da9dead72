"""Many pictures through the client: in groups, in order, with what cannot be answered in its place."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from onnx_models import solid_png
from serving import RGB, Running, make_bundle, running

from tinysight.classifier import Classifier
from tinysight.client import Client, ServedPrediction
from tinysight.errors import DataError, ServiceError, TinysightError
from tinysight.prediction import Prediction

Outcome = Prediction | TinysightError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("many")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Running]:
    own = {"TINYSIGHT_MAX_BYTES": "20000", "TINYSIGHT_MAX_BATCH": "8"}
    with running(make_bundle(folder / "bundle", version="3"), folder, **own) as service:
        yield service


@pytest.fixture(params=["client", "classifier"])
def door(request: pytest.FixtureRequest, service: Running, folder: Path) -> Client | Classifier:
    return Client(service.url) if request.param == "client" else Classifier.load(folder / "bundle")


def best(outcomes: list[Outcome]) -> list[str]:
    """The class of each, or the name of its error."""
    return [item.best_class if isinstance(item, Prediction) else type(item).__name__ for item in outcomes]


@pytest.mark.parametrize("group", [1, 3, 8])
def test_outcomes_come_in_the_order_of_the_pictures(door: Client | Classifier, folder: Path, group: int) -> None:
    file = folder / "blue.png"
    file.write_bytes(solid_png(RGB["blue"]))
    pictures: list[str | Path | bytes] = [solid_png(RGB["red"]), file, str(file), b"text", folder / "none.png", b""]
    wanted = ["red", "blue", "blue", "broken", "DataError", "broken"]
    broken = "ServiceError" if isinstance(door, Client) else "ImageError"
    outcomes: list[Outcome] = list(door.predict_many(pictures * 3, top=1, group=group))
    assert best(outcomes) == [broken if name == "broken" else name for name in wanted] * 3
    assert all(len(item.probabilities) == 1 for item in outcomes if isinstance(item, Prediction))
    assert isinstance(outcomes[4], DataError)
    assert "none.png cannot be read" in str(outcomes[4])


def test_nothing_is_asked_for_no_pictures(door: Client | Classifier) -> None:
    assert list(door.predict_many([])) == []


def test_pictures_are_taken_as_answers_are_asked_for(door: Client | Classifier) -> None:
    """So that they may be more than memory holds."""
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield solid_png(RGB["red"])

    answers = door.predict_many(endless(), group=4)
    assert next(answers) is not None
    assert taken <= 5


def test_what_is_too_much_for_one_request_is_sent_in_several(service: Running) -> None:
    """More files than the service takes, and more bytes."""
    red, long = solid_png(RGB["red"]), b"\x89PNG" + bytes(15_000)
    outcomes: list[Outcome] = list(Client(service.url).predict_many([red] * 40, group=40))
    assert best(outcomes) == ["red"] * 40
    outcomes = list(Client(service.url).predict_many([red, long, red, long, long, bytes(60_000), red]))
    assert best(outcomes) == ["red", "ServiceError", "red", "ServiceError", "ServiceError", "ServiceError", "red"]
    assert [item.kind for item in outcomes if isinstance(item, ServiceError)][-1] == "too-many-bytes"


def test_a_refused_file_comes_as_the_problem_that_it_is(service: Running) -> None:
    (outcome,) = Client(service.url).predict_many([b"text"])
    assert isinstance(outcome, ServiceError)
    assert (outcome.status, outcome.kind) == (415, "not-a-picture")
    assert "Not a picture" in str(outcome)


def test_one_or_many_the_answer_is_the_same(service: Running) -> None:
    client, picture = Client(service.url), solid_png((180, 160, 20))
    single = client.predict(picture, top=2)
    (many,) = client.predict_many([picture], top=2)
    assert isinstance(many, ServedPrediction)
    assert list(many.probabilities) == list(single.probabilities)
    assert list(many.probabilities.values()) == pytest.approx(list(single.probabilities.values()), abs=1e-6)
    assert many.prediction_id != single.prediction_id


def test_the_classifier_names_its_classes_and_cuts_to_the_top(folder: Path, service: Running) -> None:
    classifier = Classifier.load(folder / "bundle")
    assert classifier.class_names == ("red", "green", "blue")
    everything, two = (classifier.predict(solid_png((180, 160, 20)), top=top) for top in (None, 2))
    assert list(two.probabilities.items()) == sorted(everything.probabilities.items(), key=lambda item: -item[1])[:2]
    assert (two.class_name, two.confidence) == (everything.class_name, everything.confidence)
