"""A new candidate is one file and one line of conf: the one that CONTRIBUTING shows, and broken ones."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from contributed import FILE, LINE, SECTION_OF_PAGE
from projects import ROOT
from shapes import QUICK, shape_contract, shape_data
from tiny_datasets import make_params

import tinysight.models
from tinysight.config import compose_params
from tinysight.errors import ConfigError
from tinysight.models.networks import predict_logits
from tinysight.models.onnx_file import convert, finish, with_probabilities
from tinysight.models.saved import load_model, save_model
from tinysight.models.training import fit_candidate
from tinysight.params import Params, parse_params
from tinysight.predictor import Predictor

SECTION = yaml.safe_load(LINE)["models"]["nearest_mean"]


@pytest.fixture(autouse=True)
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """CONTRIBUTING's file, found as if it lay in src/tinysight/models."""
    (tmp_path / "nearest_mean.py").write_text(FILE)
    monkeypatch.setattr(tinysight.models, "__path__", [*tinysight.models.__path__, str(tmp_path)])
    yield
    sys.modules.pop("tinysight.models.nearest_mean", None)


def with_candidate(name: str, section: dict[str, object]) -> Params:
    content = make_params().model_dump(mode="json", by_alias=True)
    return parse_params(content | {"models": {**content["models"], name: section}}, origin="params.yaml")


def test_the_candidate_of_contributing_learns_and_travels(tmp_path: Path) -> None:
    params, data = with_candidate("mean", SECTION).models["mean"], shape_data()
    fitted = fit_candidate(params, data, QUICK, 0, tmp_path)
    save_model(tmp_path, fitted.model)
    loaded, images = load_model(tmp_path), data.pixels[data.val_rows]
    assert np.mean(predict_logits(loaded, data).argmax(axis=1) == data.val_labels) > 0.4
    whole = with_probabilities(loaded, 0.7)
    predictor = Predictor(finish(convert(whole, 17), shape_contract()))
    np.testing.assert_allclose(predictor.probabilities(images), np.asarray(whole(images)), atol=1e-5)


def test_its_parameters_are_kept_and_counted_among_what_makes_the_model() -> None:
    one, other = with_candidate("mean", SECTION), with_candidate("mean", {**SECTION, "side": 8})
    assert json.loads(one.models["mean"].model_dump_json()) == SECTION
    assert one.model_digest("mean") != other.model_digest("mean")


def test_it_can_be_tried_without_a_line_of_conf() -> None:
    (tried,) = re.findall(r"dvc exp run -S '(.*?)'", SECTION_OF_PAGE)
    assert compose_params(ROOT / "conf", [tried]).models["nearest_mean"].kind == "nearest_mean"


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"side": 2}, r"params\.yaml: models\.mean\.side: .*greater than or equal to 4"),
        ({"side": "16"}, r"models\.mean\.side: .*Received: \"16\""),
        ({"side": None}, r"models\.mean\.side: "),
        ({"cells": 1}, r"unknown key models\.mean\.cells"),
        ({"kind": "nearest_mine"}, r"models\.mean: 'nearest_mine' .* no src/tinysight/models/nearest_mine\.py"),
        ({"kind": "os.path"}, r"models\.mean: 'os\.path' is no kind of candidate"),
        ({"kind": "start"}, r"'start' is no kind of candidate: models/start\.py defines no subclass"),
        ({"kind": None}, r"models\.mean: "),
    ],
)
def test_a_wrong_section_is_named_with_what_is_allowed(section: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        with_candidate("mean", {**SECTION, **section})


def test_a_missing_key_is_named() -> None:
    with pytest.raises(ConfigError, match=r"models\.mean\.side is missing"):
        with_candidate("mean", {"kind": "nearest_mean"})
