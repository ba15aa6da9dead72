"""conf/tune says what is tried; what could not be tried is refused before anything is trained."""

from typing import Any

import pytest
from projects import ROOT
from tiny_datasets import make_params

from tinysight.config import compose_tune
from tinysight.errors import ConfigError
from tinysight.params.tune import Choices, Range, parse_tune, with_values

PRUNING = {"trials": 5, "epochs": 3}


def refused(candidate: str = "svm", **space: Any) -> str:
    """What is said of a space."""
    with pytest.raises(ConfigError) as caught:
        parse_tune({"space": space, "pruning": PRUNING}, make_params().models[candidate], origin="conf/tune/x.yaml")
    return str(caught.value)


@pytest.mark.parametrize("kind", sorted(path.stem for path in (ROOT / "conf" / "tune").iterdir()))
def test_every_file_of_conf_tune_fits_the_schema_and_its_candidate(kind: str) -> None:
    content, origin = compose_tune(ROOT / "conf", "mine", kind)
    assert origin == f"conf/tune/{kind}.yaml"
    assert parse_tune(content, make_params().models[kind], origin=origin).space


def test_a_candidate_without_a_file_of_its_own_is_tuned_as_its_kind_or_not_at_all() -> None:
    with pytest.raises(ConfigError, match=r"no big\.yaml and no majority\.yaml.*small_cnn\.yaml is an example"):
        compose_tune(ROOT / "conf", "big", "majority")


def test_an_unknown_key_names_those_that_can_be_tried() -> None:
    said = refused(gama={"low": 1, "high": 2})
    assert "conf/tune/x.yaml: space.gama is no key of a candidate of kind svm" in said
    assert "gamma" in said
    assert said.endswith("tune` again.")


def test_the_kind_is_not_tried() -> None:
    assert "space.kind is no key" in refused(kind={"choices": ["svm", "mlp"]})


@pytest.mark.parametrize(
    ("tried", "reason"),
    [
        ({"low": 4, "high": 2}, "low must be below high"),
        ({"low": 0, "high": 2, "log": True}, "low must be above 0"),
        ({"low": 0.5, "high": 2, "step": 2}, "step is for whole numbers"),
        ({"low": 1, "high": 4, "step": 2}, "step is for whole numbers"),
        ({"low": 1, "high": 400}, "Received: 1."),  # side is at least 16
        ({"low": 16, "high": 400}, "Received: 400."),
        ({"low": 16.5, "high": 40}, "Received: 16.5."),  # whole pixels only
        ({"choices": [16]}, "at least 2"),
        ({"choices": [16, "many"]}, 'Received: "many".'),
        ({"lowest": 16}, "lowest"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_its_key(tried: dict[str, Any], reason: str) -> None:
    said = refused(side=tried)
    assert "side" in said
    assert reason in said


def test_a_range_holds_what_tuning_could_come_upon() -> None:
    whole, parts = Range(low=16, high=48, step=8), Range(low=0.5, high=2)
    assert [value for value in (8, 16, 20, 24.0, 48, True, [16], None) if value in whole] == [16, 48]
    assert [value for value in (0.4, 0.5, 1, 2, [1]) if value in parts] == [0.5, 1, 2]
    assert [256, 128] in Choices(choices=([256], [256, 128]))
    assert [128] not in Choices(choices=([256], [256, 128]))


def test_values_take_the_place_of_the_candidates_own() -> None:
    section = make_params().models["svm"]
    assert with_values(section, {"gamma": 3.5}).model_dump() == {**section.model_dump(), "gamma": 3.5}
