import subprocess
import sys
import time
from pathlib import Path

import pytest
from projects import free_port, project_environment
from results import give_store

from tinysight.errors import TrackingError
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.store import local_path, open_store, shown, tracking_uri

OPEN = """
import sys
from pathlib import Path
from tinysight.paths import Paths
from tinysight.tracking.store import open_store
with open_store(Paths(Path(sys.argv[1]))) as store:
    print(store.experiment("digits"))
    import mlflow.telemetry
    print(mlflow.telemetry.get_telemetry_client())
"""


def open_in_a_process(root: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", OPEN, str(root)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())


def environment() -> dict[str, str]:
    names = ("CI", "GITHUB_ACTIONS", "PYTEST_CURRENT_TEST")  # MLflow sends nothing from tests anyway
    return {name: value for name, value in project_environment().items() if name not in names}


@pytest.mark.slow
def test_first_use_makes_the_store_once_even_for_two_at_a_time(tmp_path: Path) -> None:
    """Both get the same experiment, one line tells why it takes long, stdout is clean, telemetry is off."""
    both = [open_in_a_process(tmp_path) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert [out for out, _ in said] == ["1\nNone\n"] * 2
    assert sorted(len(err.splitlines()) for _, err in said) == [0, 1], said
    assert "Setting up the tracking store" in said[0][1] + said[1][1]
    assert not list((tmp_path / ".tinysight").glob("*.part*"))


def test_the_default_store_lies_in_the_project_and_the_environment_overrides_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tracking_uri(Paths(tmp_path)) == f"sqlite:///{tmp_path}/.tinysight/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    assert tracking_uri(Paths(tmp_path)) == "http://127.0.0.1:1"


def test_a_queued_experiment_uses_the_main_checkouts_store(tmp_path: Path) -> None:
    copy = Paths(tmp_path / ".dvc" / "tmp" / "exps" / "tmpabc")
    assert tracking_uri(copy) == tracking_uri(Paths(tmp_path))


def test_new_experiments_keep_their_files_beside_the_database(finished: tuple[Params, Paths]) -> None:
    _, paths = finished
    with open_store(paths) as store:
        experiment = store.client.get_experiment(store.experiment("colours"))
    assert local_path(experiment.artifact_location) == paths.artifacts / "colours"


def test_a_server_that_is_down_is_one_clear_line_within_seconds(finished: tuple[Params, Paths]) -> None:
    uri = f"http://user:secret@127.0.0.1:{free_port()}"
    start = time.monotonic()
    with (
        pytest.raises(TrackingError, match=r"does not answer.*results are on disk") as caught,
        open_store(finished[1], uri),
    ):
        pass
    assert time.monotonic() - start < 5
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_database_that_is_none_is_one_clear_line(finished: tuple[Params, Paths]) -> None:
    finished[1].store.write_bytes(b"no database at all, but longer than a header of SQLite's" * 20)
    with pytest.raises(TrackingError, match="no SQLite database"), open_store(finished[1]):
        pass


@pytest.mark.parametrize("uri", ["file:///tmp/mlruns", "mlruns", "databricks", "ftp://host"])
def test_a_kind_of_store_that_cannot_work_is_refused_by_name(tmp_path: Path, uri: str) -> None:
    with pytest.raises(TrackingError, match="must be") as caught, open_store(Paths(tmp_path), uri):
        pass
    assert uri in str(caught.value)


def test_a_project_that_was_moved_is_told_so(finished: tuple[Params, Paths], tmp_path: Path) -> None:
    """MLflow keeps absolute paths: it would go on writing into the old place."""
    with open_store(finished[1]) as store:
        store.experiment("colours")
    finished[1].root.rename(tmp_path / "elsewhere")
    with (
        pytest.raises(TrackingError, match="Move the project back"),
        open_store(Paths(tmp_path / "elsewhere")) as store,
    ):
        store.experiment("colours")


def test_a_deleted_experiment_is_named_with_its_remedy(finished: tuple[Params, Paths]) -> None:
    with open_store(finished[1]) as store:
        store.client.delete_experiment(store.experiment("colours"))
    with pytest.raises(TrackingError, match="mlflow experiments restore"), open_store(finished[1]) as store:
        store.experiment("colours")


def test_what_mlflow_raises_becomes_a_tracking_error(finished: tuple[Params, Paths]) -> None:
    with pytest.raises(TrackingError, match="no-such-run"), open_store(finished[1]) as store:
        store.client.get_run("no-such-run")


def test_readers_wait_for_nobody(finished: tuple[Params, Paths]) -> None:
    with open_store(finished[1]), open_store(finished[1], write=False) as reader:
        assert reader.client.search_experiments()


def test_a_password_is_never_shown() -> None:
    assert shown("postgresql://me:secret@db/mlflow") == "postgresql://…@db/mlflow"
    assert shown("sqlite:////tmp/mlflow.db") == "sqlite:////tmp/mlflow.db"


def test_a_store_beside_the_default_one_works_as_well(finished: tuple[Params, Paths], tmp_path: Path) -> None:
    other = Paths(tmp_path / "other")
    give_store(other)
    with open_store(finished[1], f"sqlite:///{other.store}") as store:
        assert store.artifacts == other.artifacts
