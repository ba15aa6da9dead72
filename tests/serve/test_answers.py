"""What is asked for with `top`, and the ids of answers."""

import pytest
from fastapi import FastAPI
from onnx_models import COLOURS, solid_png
from over_asgi import ask, check, make_app
from serving import RGB


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return make_app(tmp_path_factory.mktemp("answers"))


def probabilities(app: FastAPI, query: str) -> dict[str, float]:
    answer = ask(app, "POST", f"/predict{query}", files={"file": solid_png((180, 160, 20))})
    assert answer.status_code == 200
    return dict(answer.json()["probabilities"])


@pytest.mark.parametrize("top", [1, 2, 3, 99, 999_999_999])
def test_the_most_probable_come_first_and_no_more_than_asked_for(app: FastAPI, top: int) -> None:
    everything = probabilities(app, "")
    assert tuple(everything) == COLOURS
    ranked = sorted(everything.items(), key=lambda item: -item[1])
    assert list(probabilities(app, f"?top={top}").items()) == ranked[:top]


@pytest.mark.parametrize("query", ["?top=0", "?top=-1", "?top=two", "?top=", "?top=1.5", "?top=1&top=2", "?top=٣"])
@pytest.mark.parametrize("path", ["/predict", "/predict/batch"])
def test_a_top_that_is_no_number_is_refused(app: FastAPI, path: str, query: str) -> None:
    response = ask(app, "POST", path + query, files={"file": solid_png(RGB["red"])})
    check(response, "bad-request", "top", "Received")


def test_other_queries_are_passed_over(app: FastAPI) -> None:
    assert tuple(probabilities(app, "?tops=0&cache=1")) == COLOURS


def test_every_answer_has_its_own_id(app: FastAPI) -> None:
    files = [("files", solid_png(RGB["red"]))] * 20
    answers = ask(app, "POST", "/predict/batch", files=files).json()["predictions"]
    assert len({answer["prediction_id"] for answer in answers}) == 20
