"""What the runs of a version keep of how it was made: which candidate, its params.yaml, its dvc.lock."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from tinysight.errors import TinysightError
from tinysight.params import Params, parse_params
from tinysight.paths import Paths, candidate_of
from tinysight.tracking.runs import CANDIDATE, PARENT
from tinysight.tracking.store import Store, tracking_errors
from tinysight.tracking.version_info import VersionInfo


@dataclass(frozen=True)
class Kept:
    """What the runs hold; texts are empty where they are lost.

    Attributes:
        candidate: the rung of the ladder, `<name>_int8` for its 8-bit file.
        params: params.yaml, as it was.
        lock: dvc.lock, as it was.
    """

    candidate: str
    params: str = ""
    lock: str = ""

    @property
    def trained(self) -> str:
        """The candidate's key in params.yaml."""
        return candidate_of(self.candidate)

    @property
    def file(self) -> str:
        """Where the stage export writes the model, from the project's folder."""
        return Paths(Path()).model(self.candidate or "CANDIDATE").as_posix()

    def settings(self) -> Params | None:
        """None where they are lost, or of a tinysight whose settings this one does not know."""
        try:
            return parse_params(yaml.safe_load(self.params), origin="params.yaml") if self.params else None
        except (TinysightError, yaml.YAMLError):
            return None

    def export_in(self, lock: str) -> object:
        """What a dvc.lock says of this export: from what it was made, and what came out. None for nothing."""
        try:
            return yaml.safe_load(lock)["stages"][f"export@{self.trained}"]
        except (yaml.YAMLError, KeyError, TypeError):
            return None


def read_kept(store: Store, version: VersionInfo) -> Kept:
    """Reads it from the version's run and the pipeline's run above it."""
    from mlflow.exceptions import MlflowException

    try:
        tags = store.client.get_run(version.run_id).data.tags
    except MlflowException:
        return Kept(str(version.judgement.get("candidate") or ""))
    parent = tags.get(PARENT, "")
    return Kept(tags.get(CANDIDATE, ""), _text(store, parent, "params.yaml"), _text(store, parent, "dvc.lock"))


def _text(store: Store, run_id: str, name: str) -> str:
    """A file of a run; empty if it is not there."""
    with TemporaryDirectory() as folder:
        try:
            with tracking_errors(store.uri):
                fetched = store.client.download_artifacts(run_id, name, folder)
        except TinysightError:
            return ""
        return Path(fetched).read_text(encoding="utf-8")
