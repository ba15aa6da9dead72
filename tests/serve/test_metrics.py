"""GET /metrics of a real service with two workers, whichever of them answers."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from onnx_models import COLOURS, solid_png
from registries import Registry, all_serve, following, ready, registry_of
from scraped import Numbers, labels_of, scrape, value
from serving import RGB, Running, children, eventually, make_bundle, running

from tinysight.client import multipart

CONTENT_TYPE, RED = multipart("red.png", solid_png(RGB["red"]))
COUNTERS = ("_total", "_count", "_sum", "_bucket")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("metrics") / "bundle", version="12")


@pytest.fixture(scope="module")
def service(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(bundle, tmp_path_factory.mktemp("service"), TINYSIGHT_WORKERS="2") as service:
        assert eventually(lambda: value(scrape(service), "tinysight_workers_current") == 2)
        yield service


def predict(service: Running, body: bytes = RED) -> int:
    return service.ask("POST", "/predict", body, Content_Type=CONTENT_TYPE)[0]


def requests_of(numbers: Numbers, route: str, method: str, status: int) -> float:
    labels = frozenset({"route": route, "method": method, "status": str(status)}.items())
    return numbers.get(("tinysight_requests_total", labels), 0.0)


def test_known_traffic_is_counted_once_in_all(service: Running) -> None:
    """Each request has its own connection, so both workers get some; so does each look."""
    before = scrape(service)
    assert [predict(service) for _ in range(30)] == [200] * 30
    assert [predict(service, b"no form") for _ in range(5)] == [400] * 5
    # a request is counted when its answer has been sent
    assert eventually(lambda: requests_of(scrape(service), "/predict", "POST", 400) >= 5)
    for _ in range(8):
        after = scrape(service)
        assert requests_of(after, "/predict", "POST", 200) - requests_of(before, "/predict", "POST", 200) == 30
        assert requests_of(after, "/predict", "POST", 400) - requests_of(before, "/predict", "POST", 400) == 5
        for name in ("decode_seconds_count", "inference_seconds_count", "confidence_count"):
            assert value(after, f"tinysight_{name}") - before.get((f"tinysight_{name}", frozenset()), 0) == 30
        red = [value(numbers, "tinysight_predictions_total", class_="red") for numbers in (before, after)]
        assert red[1] - red[0] == 30
        received = [value(numbers, "tinysight_received_bytes_total") for numbers in (before, after)]
        assert received[1] - received[0] == 30 * len(RED) + 5 * len(b"no form")


def test_histograms_rise_to_their_count(service: Running) -> None:
    predict(service)
    numbers = scrape(service)
    for name in ("tinysight_request_duration_seconds", "tinysight_decode_seconds", "tinysight_confidence"):
        labels = {"route": "/predict"} if "request" in name else {}
        mine = [
            (float(dict(found)["le"]), count)
            for (bucket, found), count in numbers.items()
            if bucket == f"{name}_bucket" and labels.items() <= dict(found).items()
        ]
        counts = [count for _, count in sorted(mine)]
        assert counts == sorted(counts)
        assert counts[-1] == value(numbers, f"{name}_count", **labels) > 0
        assert max(mine)[0] == float("inf")
        assert 0 < value(numbers, f"{name}_sum", **labels) < 30 * counts[-1]


def test_what_somebody_makes_up_makes_no_series(service: Running) -> None:
    service.ask("GET", "/made-up")
    service.ask("BREW", "/predict")
    before = len(scrape(service))
    for number in range(20):
        service.ask("GET", f"/made-up/{number}")
        service.ask("GET", f"/static/{number}")
    after = scrape(service)
    routes = {labels["route"] for labels in labels_of(after, "tinysight_requests_total")}
    assert routes <= {"/predict", "/metrics", "/healthz", "/readyz", "/static/{name}", "other"}
    assert {labels["method"] for labels in labels_of(after, "tinysight_requests_total")} <= {"GET", "POST", "other"}
    assert requests_of(after, "other", "GET", 404) >= 21
    assert len(after) - before < 40  # the one new route with its histogram


def test_it_says_what_is_served_and_what_it_takes(service: Running) -> None:
    numbers = scrape(service)
    (model,) = labels_of(numbers, "tinysight_model_info")
    assert (model["name"], model["version"], len(model["sha256"])) == ("colours", "12", 64)
    processes = {labels["process"] for labels in labels_of(numbers, "tinysight_memory_bytes")}
    assert processes == {"parent", "worker 1", "worker 2"}
    memory = sum(number for (name, _), number in numbers.items() if name == "tinysight_memory_bytes")
    assert 30e6 < memory < 400e6
    assert value(numbers, "process_cpu_seconds_total") > 0.1
    assert value(numbers, "process_start_time_seconds") < value(numbers, "tinysight_model_loaded_timestamp_seconds")
    assert value(numbers, "tinysight_requests_in_progress") == 1  # this one
    assert {labels["class"] for labels in labels_of(numbers, "tinysight_predictions_total")} == set(COLOURS)


def test_counters_never_go_back_when_workers_are_killed(service: Running) -> None:
    for _ in range(10):
        predict(service)
    before, ends = scrape(service), 0
    for pid in children(service.process.pid):
        os.kill(pid, signal.SIGKILL)
        ends += 1
        assert eventually(lambda: len(set(children(service.process.pid)) - {pid}) == 2)  # noqa: B023
    assert eventually(lambda: value(scrape(service), "tinysight_workers_current") == 2)
    after = scrape(service)
    for (name, labels), number in before.items():
        if name.endswith(COUNTERS):
            assert after[name, labels] >= number, (name, labels)
    deaths = [value(numbers, "tinysight_worker_deaths_total") for numbers in (before, after)]
    assert deaths[1] - deaths[0] == ends
    assert value(after, "tinysight_requests_in_progress") == 1
    counted = requests_of(after, "/predict", "POST", 200)
    predict(service)
    assert eventually(lambda: requests_of(scrape(service), "/predict", "POST", 200) == counted + 1)


def test_another_model_its_failures_and_a_silent_registry_are_counted(tmp_path: Path) -> None:
    """From a version to one with other classes that is never sure, then to a broken one, then no registry."""
    names = ("lamp", 'a "quoted" \\ name', "Ünicode\nin two lines")
    other = make_bundle(tmp_path / "other", version="2", class_names=names, unknown_threshold=1.0)
    with registry_of(make_bundle(tmp_path / "first", version="1")) as registry:
        registry.bundles["2"] = other
        with following(registry, tmp_path) as service:
            assert predict(service) == 200
            assert value(scrape(service), "tinysight_predictions_total", class_="red") == 1
            _move_to_other(registry, service)
            assert predict(service) == 200
            numbers = scrape(service)
            classes = {labels["class"] for labels in labels_of(numbers, "tinysight_predictions_total")}
            assert classes == {"red", *names}
            assert value(numbers, "tinysight_unknown_total") == 1
            assert value(numbers, "tinysight_confidence_count") == 2
            _break_version_3_and_go(registry, service)


def _move_to_other(registry: Registry, service: Running) -> None:
    registry.version = "2"
    assert eventually(lambda: all_serve(service, "2"))
    numbers = scrape(service)
    assert value(numbers, "tinysight_model_swaps_total") == 1
    assert [labels["version"] for labels in labels_of(numbers, "tinysight_model_info")] == ["2"]
    assert [labels["version"] for labels in labels_of(numbers, "tinysight_model_wanted_info")] == ["2"]


def _break_version_3_and_go(registry: Registry, service: Running) -> None:
    registry.answers["/3/bundle/model.onnx"] = lambda: (200, b"no model")
    registry.version = "3"
    assert eventually(lambda: bool(ready(service)["trouble"]))
    assert eventually(lambda: value(scrape(service), "tinysight_model_failures_total") == 1)
    numbers = scrape(service)
    assert value(numbers, "tinysight_model_trouble") == 1
    assert [labels["version"] for labels in labels_of(numbers, "tinysight_model_wanted_info")] == ["3"]
    assert [labels["version"] for labels in labels_of(numbers, "tinysight_model_info")] == ["2"]
    registry.stop()
    assert eventually(lambda: value(scrape(service), "tinysight_registry_failed_polls_total") >= 1)
    last = value(scrape(service), "tinysight_registry_last_success_timestamp_seconds")
    assert value(scrape(service), "process_start_time_seconds") < last
