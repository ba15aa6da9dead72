"""The service notices that its pictures have changed, says so in /metrics and its log, and answers all the same."""

import logging
from dataclasses import replace
from mmap import mmap
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from over_asgi import ask
from scraped import scrape, value
from serving import eventually, running
from watched_bundle import bundle_with_reference, pictures

from serve.app import create_app
from serve.drift_watch import DriftWatch
from serve.metrics import Metrics
from serve.model_store import ServedModel
from serve.settings import load_settings
from serve.shared import SIGHTINGS
from serve.shared_cells import SharedCells
from tinysight.client import Client
from tinysight.drift.reference_file import FILE
from tinysight.errors import ConfigError


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle_with_reference(tmp_path_factory.mktemp("watched"))


def _app(bundle: Path, **own: Any) -> FastAPI:
    return create_app(load_settings(model=str(bundle), **own))


def _send(app: FastAPI, files: list[bytes]) -> None:
    for start in range(0, len(files), 30):
        form = [("files", (f"{n}.png", data)) for n, data in enumerate(files[start : start + 30])]
        answer = ask(app, "POST", "/predict/batch", files=form)
        assert answer.status_code == 200
        assert all("class" in one for one in answer.json()["predictions"])


def _number(app: FastAPI, name: str) -> float:
    lines = ask(app, "GET", "/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith(f"{name} ")).rpartition(" ")[2])


def _another(served: ServedModel) -> ServedModel:
    """The same model as another version."""
    return replace(served, release=served.release.model_copy(update={"version": "4"}))


def test_an_alarm_comes_within_300_changed_pictures_and_not_before(
    bundle: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = _app(bundle)
    _send(app, pictures(600, 5))
    assert _number(app, "tinysight_drift_pictures_total") == 600
    assert (_number(app, "tinysight_drift_alarm"), _number(app, "tinysight_drift_watched")) == (0, 1)
    with caplog.at_level(logging.WARNING, "serve"):
        _send(app, pictures(300, 6, light=0.7))
    assert _number(app, "tinysight_drift_alarm") == 1
    assert _number(app, 'tinysight_drift_p{statistic="brightness"}') < 0.01
    said = [record.getMessage() for record in caplog.records if "drift" in record.getMessage()]
    assert said
    assert "brightness" in said[0]


def test_the_size_of_the_file_counts_not_that_of_the_model(bundle: Path) -> None:
    app = _app(bundle)
    _send(app, pictures(100, 7, size=9))
    assert _number(app, 'tinysight_drift_p{statistic="size"}') < 0.01


def test_one_picture_at_a_time_counts_as_well(bundle: Path) -> None:
    app = _app(bundle)
    for data in pictures(60, 8, light=0.5):
        assert ask(app, "POST", "/predict", content=data, headers={"content-type": "image/png"}).status_code == 200
    assert _number(app, "tinysight_drift_pictures_total") == 50  # a block at a time
    assert _number(app, "tinysight_drift_alarm") == 1


def test_other_shares_of_classes_are_no_drift_where_they_are_free(bundle: Path) -> None:
    fixed, free = _app(bundle), _app(bundle, drift_shares="free")
    for app in (fixed, free):
        _send(app, pictures(300, 9, shares=(0.8, 0.1, 0.1)))
    assert (_number(fixed, "tinysight_drift_alarm"), _number(free, "tinysight_drift_alarm")) == (1, 0)


def test_switched_off_nothing_is_watched(bundle: Path) -> None:
    app = _app(bundle, drift=False)
    _send(app, pictures(60, 8, light=0.5))
    assert "\ntinysight_drift_alarm " not in ask(app, "GET", "/metrics").text


def test_a_bundle_without_a_reference_serves_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = _app(bundle_with_reference(tmp_path, **{"card.md": b"x"}))
    with caplog.at_level(logging.WARNING, "serve"):
        _send(app, pictures(60, 8))
    assert (_number(app, "tinysight_drift_watched"), _number(app, "tinysight_drift_alarm")) == (0, 0)
    assert [r for r in caplog.records if "has no reference.json: drift is not watched" in r.getMessage()]


def test_a_reference_of_another_kind_does_not_keep_a_model_from_serving(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "serve"):
        app = _app(bundle_with_reference(tmp_path, **{FILE: b'{"schema": 2}'}))
    _send(app, pictures(60, 8))
    assert _number(app, "tinysight_drift_watched") == 0
    assert "is not the reference of this model" in caplog.text


@pytest.mark.parametrize(
    ("name", "wrong"), [("DRIFT", "maybe"), ("DRIFT_SHARES", "loose"), ("DRIFT_FALSE_ALARMS", "2")]
)
def test_settings_that_cannot_work_are_named(name: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"TINYSIGHT_{name}", wrong)
    with pytest.raises(ConfigError, match=f"TINYSIGHT_{name}"):
        load_settings()


def test_the_first_worker_weighs_what_the_others_see_though_it_sees_nothing_itself(bundle: Path) -> None:
    """One client that keeps its connection is answered by one worker only."""
    memory, cells = mmap(-1, 2 * SIGHTINGS), SharedCells(2)
    settings = load_settings(model=str(bundle))
    app = create_app(settings, drift=DriftWatch(settings, Metrics(cells, 2), memory, place=1))
    first = DriftWatch(settings, Metrics(cells, 1), memory, place=0)
    first.tick(app.state.store.current)
    _send(app, pictures(100, 6, light=0.6))
    ask(app, "GET", "/metrics")  # the other measures what waits
    first.tick(app.state.store.current)
    totals = cells.totals()
    assert (totals["tinysight_drift_pictures_total"], totals["tinysight_drift_alarm"]) == ([100], [1])


def test_who_takes_over_the_first_place_leaves_the_alarm_on_and_another_version_ends_it(bundle: Path) -> None:
    memory, cells, settings = mmap(-1, SIGHTINGS), SharedCells(1), load_settings(model=str(bundle))
    app = create_app(settings, drift=DriftWatch(settings, Metrics(cells, 1), memory))
    _send(app, pictures(100, 6, light=0.6))
    ask(app, "GET", "/metrics")
    assert cells.totals()["tinysight_drift_alarm"] == [1]
    successor, served = DriftWatch(settings, Metrics(cells, 1), memory), app.state.store.current
    successor.tick(served)
    assert cells.totals()["tinysight_drift_alarm"] == [1]
    assert cells.totals()["tinysight_drift_pictures_total"] == [100]
    successor.tick(replace(served))  # the same version once more
    assert cells.totals()["tinysight_drift_alarm"] == [1]
    successor.tick(_another(served))
    assert cells.totals()["tinysight_drift_alarm"] == [0]


def test_who_takes_over_the_first_place_with_another_version_ends_the_alarm(bundle: Path) -> None:
    memory, cells, settings = mmap(-1, SIGHTINGS), SharedCells(1), load_settings(model=str(bundle))
    app = create_app(settings, drift=DriftWatch(settings, Metrics(cells, 1), memory))
    _send(app, pictures(100, 6, light=0.6))
    ask(app, "GET", "/metrics")
    DriftWatch(settings, Metrics(cells, 1), memory).tick(_another(app.state.store.current))
    assert cells.totals()["tinysight_drift_alarm"] == [0]


def test_a_version_that_is_loaded_once_more_is_watched_on(bundle: Path) -> None:
    app = _app(bundle)
    _send(app, pictures(60, 5))
    assert _number(app, "tinysight_drift_pictures_total") == 50
    app.state.store.current = replace(app.state.store.current)
    ask(app, "GET", "/metrics")
    _send(app, pictures(40, 5))
    assert _number(app, "tinysight_drift_pictures_total") == 100  # with the 10 that had no whole block before


def test_what_a_replaced_model_still_answers_is_passed_over(bundle: Path) -> None:
    app = _app(bundle)
    _send(app, pictures(30, 5))
    old, app.state.store.current = app.state.store.current, _another(app.state.store.current)
    _send(app, pictures(50, 5))
    ask(app, "GET", "/metrics")  # from here on the new one is watched
    app.state.store.current = old
    _send(app, pictures(50, 5))
    app.state.store.current = app.state.drift._served
    assert _number(app, "tinysight_drift_pictures_total") == 0
    _send(app, pictures(50, 5))
    assert _number(app, "tinysight_drift_pictures_total") == 50


@pytest.mark.parametrize("part", ["look", "Evidence"])
def test_a_fault_of_the_watch_costs_nobody_an_answer(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, part: str
) -> None:
    app = _app(bundle)
    monkeypatch.setattr(f"serve.drift_watch.{part}", lambda *_, **__: 1 / 0)
    _send(app, pictures(60, 5))
    assert ask(app, "GET", "/metrics").status_code == 200
    assert _number(app, "tinysight_drift_watched") == 0
    assert [record.getMessage() for record in caplog.records if record.exc_info] == [
        "drift is not watched any more, since that failed"
    ]


@pytest.mark.slow
def test_two_workers_watch_together(bundle: Path, tmp_path: Path) -> None:
    """Whichever of them sees a picture, it counts once; and whichever is asked, it tells of both."""
    with running(bundle, tmp_path, TINYSIGHT_WORKERS="2") as service:
        files = pictures(200, 6, light=0.6)
        for start in range(0, 200, 20):  # each on a connection of its own
            assert len([*Client(service.url).predict_many(files[start : start + 20])]) == 20
        assert eventually(lambda: value(scrape(service), "tinysight_drift_pictures_total") == 200, 60)
        assert value(scrape(service), "tinysight_drift_alarm") == 1
        assert "no longer like those that the model was judged on" in service.log.read_text()
