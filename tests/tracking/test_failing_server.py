"""A tracking server that fails, hangs or is slow in the middle loses no result: one line, then all is published."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty_proxy import Fault, faulty_proxy
from results import make_results

from tinysight.errors import TrackingError
from tinysight.paths import Paths
from tinysight.tracking.registry import list_versions
from tinysight.tracking.release import release
from tinysight.tracking.store import QUIET, open_store

pytestmark = pytest.mark.slow


@pytest.fixture
def fault(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fault]:
    """What stands in front of it."""
    with faulty_proxy(server) as proxy:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", proxy.url)
        yield proxy


def give_patience(monkeypatch: pytest.MonkeyPatch, seconds: int, tries: int) -> None:
    """How long a request may take, and how often it is sent again."""
    for name, number in (("MLFLOW_HTTP_REQUEST_TIMEOUT", seconds), ("MLFLOW_HTTP_REQUEST_MAX_RETRIES", tries)):
        monkeypatch.setitem(QUIET, name, str(number))
        monkeypatch.setenv(name, str(number))


@pytest.mark.parametrize(("kind", "after"), [("error", 0), ("reset", 9), ("hang", 40), ("error", 70)])
def test_a_server_that_fails_in_the_middle_gets_everything_later(
    fault: Fault, kind: str, after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{kind}-{after}"
    params, paths = make_results(tmp_path / "project", f"register.name={name}")
    monkeypatch.chdir(paths.root)
    fault.kind, fault.after, fault.seconds = kind, after, 3
    give_patience(monkeypatch, 1, 1)
    with pytest.raises(TrackingError, match="results are on disk") as caught:
        release(params, paths)
    assert "\n" not in str(caught.value)
    fault.kind = ""
    give_patience(monkeypatch, 30, 3)
    assert release(params, paths).outcome == "promoted"
    assert [(version.version, version.aliases) for version in list_versions(paths)] == [("1", ("production",))]
    assert sorted(whole_runs(paths, name)) == ["colours · svm · first run", "majority", "mlp", "svm"]


def test_a_slow_server_is_waited_for(fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    params, paths = make_results(tmp_path / "project", "register.name=slow")
    monkeypatch.chdir(paths.root)
    fault.kind, fault.after, fault.seconds = "slow", 5, 0.05
    assert release(params, paths).outcome == "promoted"


def whole_runs(paths: Paths, name: str) -> list[str]:
    """The names of the runs that are active, each of which must be complete."""
    with open_store(paths, write=False) as store:
        runs = store.client.search_runs([store.experiment(name)])
    assert {run.data.tags["tinysight.complete"] for run in runs} == {"true"}
    return [run.info.run_name for run in runs]
