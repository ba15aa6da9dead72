"""The running service follows its registry: moves, bad versions, faults."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from onnx_models import solid_png
from registries import Registry, all_serve, following, ready, registry_of
from serving import PHOTOS, RGB, children, eventually, make_bundle, running
from steady_load import SteadyLoad

from tinysight.bundle import GOLDEN, MANIFEST, MODEL, sha256_of, write_bundle

PHOTO = PHOTOS[0].read_bytes()


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Versions whose answers to a photo differ."""
    folder = tmp_path_factory.mktemp("bundles")
    return {number: make_bundle(folder / number, seed=int(number)) for number in "12345"}


@pytest.fixture
def registry(bundles: dict[str, Path]) -> Iterator[Registry]:
    with registry_of(bundles["1"]) as registry:
        registry.bundles = dict(bundles)
        yield registry


def test_a_moved_alias_is_followed_under_load_without_a_failed_or_mixed_answer(
    registry: Registry, tmp_path: Path, bundles: dict[str, Path]
) -> None:
    """And a version that was served before is used again without a download."""
    with following(registry, tmp_path) as service, SteadyLoad(service.url, PHOTO, bundles) as load:
        for version in ("2", "1", "3", "2"):
            registry.version = version
            assert eventually(lambda version=version: all_serve(service, version) and load.answered(version))  # type: ignore[misc]
        moved = time.monotonic()
        assert eventually(lambda: sum(at > moved for at, _ in load.seen) > 50)
    assert load.wrong == []
    assert {number for at, number in load.seen if at > moved} == {"2"}
    assert {number for _, number in load.seen} == {"1", "2", "3"}
    assert [registry.downloads(version) for version in "123"] == [1, 1, 1]


def test_the_parent_loads_no_model_and_has_one_thread(registry: Registry, tmp_path: Path) -> None:
    """A process with several threads cannot be forked safely."""
    with following(registry, tmp_path, TINYSIGHT_WORKERS="1") as service:
        registry.version = "2"
        assert eventually(lambda: all_serve(service, "2"))
        assert len(list(Path(f"/proc/{service.process.pid}/task").iterdir())) == 1


def spoil(kind: str, folder: Path) -> tuple[Path, str | None]:
    """A bundle that must not be served, and the tag of its version."""
    bundle = make_bundle(folder / "bad", seed=77)
    tag: str | None = sha256_of(bundle / MODEL)
    if kind == "not the tagged file":
        tag = "0" * 64
    elif kind == "a changed file":
        (bundle / "golden" / "red.png").write_bytes(b"changed")
    elif kind == "a missing file":
        (bundle / "golden" / "red.png").unlink()
    elif kind == "no manifest":
        (bundle / MANIFEST).write_text("[]")
    elif kind == "no model":
        (bundle / MODEL).write_bytes(b"\x08\x08" + bytes(1000))
        tag = None
    elif kind == "an unknown contract":
        _rewrite(bundle, "tinysight.contract_version", "99")
        tag = None
    elif kind == "other classes than the graph":
        _rewrite(bundle, "tinysight.class_names", '["red", "green"]')
        tag = None
    elif kind == "a wrong promise":
        (bundle / GOLDEN).write_text('{"red.png": {"red": 0.1, "green": 0.8, "blue": 0.1}}')
    if kind not in ("a changed file", "a missing file", "no manifest"):
        _sign(bundle)
    return bundle, tag


def _rewrite(bundle: Path, key: str, value: str) -> None:
    import onnx

    model = onnx.load(bundle / MODEL)
    for entry in model.metadata_props:
        entry.value = value if entry.key == key else entry.value
    onnx.save(model, bundle / MODEL)


def _sign(bundle: Path) -> None:
    """Makes the manifest's digests those of the files."""
    manifest = json.loads((bundle / MANIFEST).read_text())
    manifest["sha256"] = {name: sha256_of(bundle / name) for name in manifest["sha256"]}
    (bundle / MANIFEST).write_text(json.dumps(manifest))


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        "not the tagged file", "a changed file", "a missing file", "no manifest", "no model", "an unknown contract",
        "other classes than the graph", "a wrong promise",
    ],
)  # fmt: skip
def test_a_bad_version_is_never_served_and_said_once(
    registry: Registry, tmp_path: Path, bundles: dict[str, Path], kind: str
) -> None:
    """It is not downloaded at each poll, and a good version that follows is served."""
    registry.bundles["66"], tag = spoil(kind, tmp_path)
    if tag:
        registry.tags["66"] = tag
    with following(registry, tmp_path) as service, SteadyLoad(service.url, PHOTO, bundles, clients=2) as load:
        registry.version = "66"
        assert eventually(lambda: ready(service)["wanted_version"] == "66" and ready(service)["trouble"])
        answer = ready(service)
        assert answer["model_version"] == "1"
        assert "66" in answer["trouble"]
        assert str(tmp_path) not in answer["trouble"]
        time.sleep(2.5)
        assert registry.downloads("66") <= 2
        assert service.log.read_text().count(answer["trouble"]) == 1
        registry.version = "2"
        assert eventually(lambda: all_serve(service, "2"))
        assert eventually(lambda: ready(service)["trouble"] is None)
    assert load.wrong == []
    assert not list((tmp_path / "cache").glob("*/*/66*"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "words"),
    [("os.kill(os.getpid(), 11)", "ended with -11"), ("time.sleep(100)", "took over 2 s"), ("1 / 0", "ZeroDivision")],
)
def test_a_version_on_which_the_check_crashes_or_hangs_harms_nobody(
    registry: Registry, tmp_path: Path, bundles: dict[str, Path], code: str, words: str
) -> None:
    """As ONNX Runtime can on a bad file."""
    before = (
        "from serve import asking, model_store\nasking.LIMITS['checking'] = 2.0\ncheck = model_store.check_release\n"
        f"def bad(release):\n    if release.version == '2': {code}\n    return check(release)\n"
        "model_store.check_release = bad"
    )
    with (
        following(registry, tmp_path, before=before) as service,
        SteadyLoad(service.url, PHOTO, bundles, clients=2) as load,
    ):
        assert eventually(lambda: load.answered("1"))
        registry.version = "2"
        assert eventually(lambda: words in (ready(service)["trouble"] or ""))
        registry.version = "3"
        assert eventually(lambda: all_serve(service, "3") and load.answered("3"))
    assert load.wrong == []
    assert {number for _, number in load.seen} == {"1", "3"}
    assert not list((tmp_path / "cache").rglob("*.part"))


def test_a_version_of_which_workers_die_is_given_up_while_others_answer(
    registry: Registry, tmp_path: Path, bundles: dict[str, Path]
) -> None:
    """One worker tries it before the others; the second death is enough."""
    before = (
        "import serve.answering as program\nfrom serve import links\n"
        "load, make = links.load_release, program.create_app\n"
        "def die(release):\n    if release.version == '2': os.kill(os.getpid(), 9)\n"
        "links.load_release = lambda release: die(release) or load(release)\n"
        "program.create_app = lambda settings, release, *rest: die(release) or make(settings, release, *rest)"
    )
    with (
        following(registry, tmp_path, before=before) as service,
        SteadyLoad(service.url, PHOTO, bundles, clients=4) as load,
    ):
        registry.version = "2"
        assert eventually(lambda: "2 workers died" in service.log.read_text())
        assert eventually(lambda: len(children(service.process.pid)) >= 2)
        assert eventually(lambda: all_serve(service, "1") and load.answered("1"))
        registry.version = "3"
        assert eventually(lambda: all_serve(service, "3") and load.answered("3"))
    assert len(load.wrong) <= load.clients  # those that the worker had begun
    assert {number for _, number in load.seen} == {"1", "3"}


@pytest.mark.parametrize("fault", ["killed", "hanging", "garbage", "half an answer"])
def test_a_registry_that_fails_later_stops_nobody(
    registry: Registry, tmp_path: Path, bundles: dict[str, Path], fault: str
) -> None:
    before = "from serve import registry_http\nregistry_http.TIMEOUT = 2.0"
    with (
        following(registry, tmp_path, before=before) as service,
        SteadyLoad(service.url, PHOTO, bundles, clients=2) as load,
    ):
        if fault == "killed":
            registry.stop()
        elif fault == "hanging":
            registry.answers["alias"] = lambda: time.sleep(4) or (200, b"{}")  # type: ignore[func-returns-value]
        else:
            registry.answers["alias"] = lambda: (200, b"\x00\xff<html>" if fault == "garbage" else b'{"model_ver')
        assert eventually(lambda: ready(service)["trouble"])
        assert (ready(service)["model_version"], ready(service)["wanted_version"]) == ("1", "1")
        registry.answers.clear()
        registry.version = "2"
        if fault == "killed":
            registry.start()
        assert eventually(lambda: all_serve(service, "2"))
        assert eventually(lambda: ready(service)["trouble"] is None)
    assert load.wrong == []
    assert "Traceback" not in service.log.read_text()


def test_a_registry_that_hangs_at_the_start_leaves_the_last_good_version(registry: Registry, tmp_path: Path) -> None:
    with following(registry, tmp_path):
        pass
    registry.answers["alias"] = lambda: time.sleep(8) or (200, b"{}")  # type: ignore[func-returns-value]
    with following(registry, tmp_path) as service:
        assert ready(service)["model_version"] == "1"
        assert eventually(lambda: "not answered" in (ready(service)["trouble"] or ""))


def test_a_worker_that_is_killed_comes_back_with_the_version_of_now(
    registry: Registry, tmp_path: Path, bundles: dict[str, Path]
) -> None:
    """Also without the registry; the others go on."""
    with following(registry, tmp_path) as service:
        registry.version = "2"
        assert eventually(lambda: all_serve(service, "2"))
        registry.stop()
        first = children(service.process.pid)[0]
        with SteadyLoad(service.url, PHOTO, bundles) as load:
            os.kill(first, signal.SIGKILL)
            assert eventually(lambda: len(set(children(service.process.pid)) - {first}) >= 2)
            began = time.monotonic()
            assert eventually(lambda: sum(at > began for at, _ in load.seen) > 50)
        assert len(load.wrong) <= load.clients  # those that the killed worker had begun
        assert all("does not answer" in error for error in load.wrong)
        assert {number for _, number in load.seen} == {"2"}


def test_a_signal_asks_the_registry_now(registry: Registry, tmp_path: Path) -> None:
    with following(registry, tmp_path, TINYSIGHT_POLL_SECONDS="86400") as service:
        registry.version = "2"
        service.process.send_signal(signal.SIGHUP)
        assert eventually(lambda: all_serve(service, "2"))


def test_a_bundle_that_was_replaced_is_served_after_a_signal(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "bundle", version="first", seed=1)
    with running(bundle, tmp_path, TINYSIGHT_WORKERS="2") as service:
        model = make_bundle(tmp_path / "other", seed=2) / MODEL
        write_bundle(bundle, model, {"red.png": solid_png(RGB["red"])}, name="colours", version="second")
        service.process.send_signal(signal.SIGHUP)
        assert eventually(lambda: all_serve(service, "second"))
        os.kill(children(service.process.pid)[0], signal.SIGKILL)
        assert eventually(lambda: len(children(service.process.pid)) == 2 and all_serve(service, "second"))


def test_only_the_last_versions_stay_in_the_cache(registry: Registry, tmp_path: Path) -> None:
    with following(registry, tmp_path) as service:
        for version in ("2", "3", "4", "5"):
            registry.version = version
            assert eventually(lambda version=version: all_serve(service, version))  # type: ignore[misc]
    kept = {path.parent.name for path in (tmp_path / "cache").rglob(MODEL)}
    assert kept == {"3", "4", "5"}
