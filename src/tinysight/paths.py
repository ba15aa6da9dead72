"""Every file of the pipeline, named once."""

from dataclasses import dataclass
from pathlib import Path

INT8 = "_int8"  # ends the name under which a candidate's int8 file is scored, chosen and registered


def candidate_of(name: str) -> str:
    """The candidate that was trained: `small_cnn` for `small_cnn_int8`."""
    return name.removesuffix(INT8)


def is_int8(name: str) -> bool:
    """Whether a name means the int8 file of a candidate."""
    return name.endswith(INT8)


@dataclass(frozen=True)
class Paths:
    """The files and folders of one work tree.

    A queued experiment runs in a copy of the work tree below `.dvc/tmp/exps`: what belongs to DVC's
    stages lies in the copy, and `state` (store, caches, checkpoints) in the main checkout.
    """

    root: Path

    @property
    def params(self) -> Path:
        """The lock: the composed configuration."""
        return self.root / "params.yaml"

    @property
    def conf(self) -> Path:
        """What people edit."""
        return self.root / "conf"

    @property
    def raw(self) -> Path:
        """The user's own pictures, under `dvc add`."""
        return self.root / "data" / "raw"

    @property
    def dataset(self) -> Path:
        """Out of ingest: an ImageSet and what was quarantined."""
        return self.root / "data" / "dataset"

    @property
    def validation(self) -> Path:
        """Out of validate: violations and groups."""
        return self.root / "data" / "validation"

    @property
    def split(self) -> Path:
        """Out of split: the rows of each side."""
        return self.root / "data" / "split"

    @property
    def augmented(self) -> Path:
        """Out of augment: an ImageSet of warped copies of train rows."""
        return self.root / "data" / "augmented"

    @property
    def augmented_picture(self) -> Path:
        """Out of augment, for people: what the copies look like."""
        return self.reports / "augmented.png"

    def train(self, candidate: str) -> Path:
        """Out of train: the fitted candidate and its curves."""
        return self.root / "models" / candidate_of(candidate) / "train"

    def export(self, candidate: str) -> Path:
        """Out of export: model.onnx, and model.int8.onnx of a network."""
        return self.root / "models" / candidate_of(candidate) / "export"

    def model(self, name: str) -> Path:
        """The model file of a candidate, or of `<candidate>_int8`."""
        return self.export(name) / ("model.int8.onnx" if is_int8(name) else "model.onnx")

    def scored(self, candidate: str) -> tuple[str, ...]:
        """The names under which a candidate's files are scored: its own, and `<candidate>_int8` where there is one."""
        int8 = candidate + INT8
        return (candidate, int8) if self.model(int8).is_file() else (candidate,)

    def judged(self, candidate: str) -> tuple[str, ...]:
        """The names under which evaluate has left something of a candidate: scores, or why there are none."""
        return (candidate, *(name for name in (candidate + INT8,) if self.scores(name).is_dir()))

    def scores(self, candidate: str) -> Path:
        """Out of evaluate: scores, predictions and figures; those of the int8 file lie in a folder below."""
        folder = self.root / "scores" / candidate_of(candidate)
        return folder / "int8" if is_int8(candidate) else folder

    @property
    def reports(self) -> Path:
        """What people read: the verdict and the release decision."""
        return self.root / "reports"

    @property
    def data_report(self) -> Path:
        """Out of validate, for people: the data set in pictures, and what is wrong with it."""
        return self.reports / "data"

    @property
    def verdict(self) -> Path:
        """Out of select, for programs."""
        return self.reports / "verdict.json"

    @property
    def verdict_text(self) -> Path:
        """Out of select, for people."""
        return self.reports / "verdict.md"

    @property
    def metrics(self) -> Path:
        """Out of select, for DVC: the few figures that experiments are compared by."""
        return self.reports / "metrics.json"

    @property
    def verdict_html(self) -> Path:
        """Out of select, for people with a browser: everything on one page."""
        return self.reports / "verdict.html"

    @property
    def learning(self) -> Path:
        """What `tinysight learning-curve` found; no stage's out, and shown in the verdict's page where it is."""
        return self.reports / "learning.json"

    @property
    def drift(self) -> Path:
        """What `tinysight drift` found; no stage's out."""
        return self.reports / "drift.html"

    def tune_report(self, candidate: str) -> Path:
        """What `tinysight tune` found; no stage's out."""
        return self.reports / "tune" / candidate

    def experiment(self, name: str) -> Path:
        """A file of conf/experiment, that `dvc exp run -S experiment=NAME` runs."""
        return self.conf / "experiment" / f"{name}.yaml"

    @property
    def verdict_figure(self) -> Path:
        """Out of select: accuracy against cost, shown in verdict.md."""
        return self.reports / "verdict.png"

    @property
    def release(self) -> Path:
        """Out of register: the decision and its reasons."""
        return self.reports / "release.md"

    @property
    def main_checkout(self) -> Path:
        """The checkout that a queued experiment was copied from; else root itself."""
        for folder in self.root.resolve().parents:
            if folder.name == "exps" and folder.parent.name == "tmp" and folder.parent.parent.name == ".dvc":
                return folder.parent.parent.parent
        return self.root.resolve()

    def named(self, name: str) -> Path:
        """A file that a setting names: from here, or, where a queued experiment's copy lacks it, the main checkout."""
        here = self.root / name
        return here if here.exists() else self.main_checkout / name

    @property
    def state(self) -> Path:
        """What outlives a stage and is no out: store, caches, checkpoints; in the main checkout."""
        return self.main_checkout / ".tinysight"

    @property
    def store(self) -> Path:
        """MLflow's default database."""
        return self.state / "mlflow.db"

    @property
    def artifacts(self) -> Path:
        """MLflow's default artifact folder."""
        return self.state / "artifacts"

    @property
    def cache(self) -> Path:
        """Downloads and features that can be made again."""
        return self.state / "cache"

    def study(self, candidate: str) -> Path:
        """The database of what `tinysight tune` has tried for a candidate."""
        return self.state / "tune" / f"{candidate}.db"

    def logs(self, logger: str) -> Path:
        """Where a logger of conf/logger writes."""
        return self.state / logger

    @property
    def feedback(self) -> Path:
        """What `tinysight feedback pull` has fetched: records of a service."""
        return self.state / "feedback" / "records"

    @property
    def decisions(self) -> Path:
        """What was decided of these pictures."""
        return self.state / "feedback" / "decisions.csv"

    def checkpoints(self, candidate: str) -> Path:
        """Where a training keeps what it needs to go on after a kill."""
        return self.state / "checkpoints" / candidate
