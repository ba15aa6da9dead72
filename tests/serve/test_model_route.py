"""GET /model: scores and the time of promotion, as far as they are known."""

import json
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI
from onnx_models import solid_png, tiny_model
from over_asgi import ask, make_app
from registries import all_serve, following, registry_of
from serving import RGB, Running, eventually, make_bundle

from serve.app import create_app
from serve.settings import load_settings
from tinysight.bundle import write_bundle
from tinysight.bundle_scores import BundleScores

GOLDEN_SCORES = Path(__file__).parent.parent / "golden" / "bundle_scores.json"


def scored_app(folder: Path) -> FastAPI:
    scores = BundleScores.model_validate_json(GOLDEN_SCORES.read_bytes())
    model, golden = tiny_model(folder / "model.onnx"), {"red.png": solid_png(RGB["red"])}
    write_bundle(folder / "bundle", model, golden, name="colours", version="7", scores=scores)
    return create_app(load_settings(model=str(folder / "bundle")))


def test_a_bundle_with_scores_shows_them(tmp_path: Path) -> None:
    model = ask(scored_app(tmp_path), "GET", "/model").json()
    assert model["metrics"] == json.loads(GOLDEN_SCORES.read_bytes())
    assert (model["version"], model["promoted_at"], model["precision"]) == ("7", None, "float32")


def test_an_earlier_bundle_without_scores_is_served_all_the_same(tmp_path: Path) -> None:
    model = ask(make_app(tmp_path), "GET", "/model").json()
    assert (model["metrics"], model["promoted_at"]) == (None, None)


def promoted_at(service: Running) -> datetime | None:
    text = json.loads(service.ask("GET", "/model")[2])["promoted_at"]
    return datetime.fromisoformat(text) if text else None


def test_the_registry_says_since_when_and_a_later_promotion_needs_no_download(tmp_path: Path) -> None:
    """Also a version of an earlier tinysight, whose promotion nobody wrote down, is served."""
    first, second = "2026-11-22T08:00:00Z", "2026-11-23T09:30:00Z"
    with registry_of(make_bundle(tmp_path / "bundle")) as registry:
        registry.promoted["1"] = first
        with following(registry, tmp_path) as service:
            assert eventually(lambda: promoted_at(service) == datetime.fromisoformat(first))  # told after the model
            registry.promoted["1"] = second  # moved away and back between two questions
            assert eventually(lambda: promoted_at(service) == datetime.fromisoformat(second))
            assert registry.downloads("1") == 1
            registry.version = "2"
            assert eventually(lambda: all_serve(service, "2"))
            assert eventually(lambda: promoted_at(service) is None)
