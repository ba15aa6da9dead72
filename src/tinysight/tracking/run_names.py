"""What a pipeline run and its candidates are called in MLflow: who they are, and what changed since the last one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tinysight.paths import candidate_of
from tinysight.tracking.changes import FIRST, SAME, Change, changes, in_short, of_candidate
from tinysight.tracking.record import PipelineRecord
from tinysight.tracking.store import Store

if TYPE_CHECKING:
    from mlflow.entities import Run

ROLE, PIPELINE, ONE_CANDIDATE = "tinysight.run", "pipeline", "candidate"
CHANGE = "tinysight.change"
LONGEST_TAG = 4_900  # MLflow's databases hold 5,000 characters and more

LONGEST_LIST = 3_000  # characters of changes in a note, which the verdict needs as well


@dataclass(frozen=True)
class RunNames:
    """Names for one publication.

    Attributes:
        pipeline: of the parent run.
        since: the name of the run that it is compared with; empty for the first one.
        found: what has changed since then.
    """

    pipeline: str
    since: str
    found: Sequence[Change]

    def candidate(self, name: str) -> str:
        """The candidate, and what has changed for it: `svm · c [1, 10]→[1]`."""
        own = in_short(of_candidate(self.found, candidate_of(name)))
        return f"{name} · {own}" if own else name

    def tags(self) -> dict[str, str]:
        """All changes, for the run's page and for searches."""
        told = ", ".join(map(str, self.found)) or (SAME if self.since else FIRST)
        return {CHANGE: told[:LONGEST_TAG]}

    def note(self) -> str:
        """A sentence for the run's page, in Markdown."""
        if not self.since:
            return "The first run here."
        if not self.found:
            return f"Same settings and pictures as **{self.since}**."
        told = "\n".join(f"- `{change}`" for change in self.found)[:LONGEST_LIST]
        return f"Changed since **{self.since}**:\n\n{told}"


def run_names(store: Store, experiment_id: str, record: PipelineRecord) -> RunNames:
    """The names of a record's runs; what they are compared with is the last `dvc repro`, if there is one."""
    before = last_pipeline(store, experiment_id, record.key)
    chosen = record.chosen or "none chosen"
    if before is None:
        return RunNames(f"{record.name} · {chosen} · {FIRST}", "", ())
    found = changes(comparable(before.data.params), comparable(record.params))
    name = f"{record.name} · {chosen} · {in_short(found) or SAME}"
    return RunNames(name, str(before.info.run_name), found)


def last_pipeline(store: Store, experiment_id: str, but: str = "") -> "Run | None":
    """The newest complete run of `dvc repro`, else of any experiment, whose publication is another one."""
    whole = f"tags.`{ROLE}` = '{PIPELINE}' AND tags.`tinysight.complete` = 'true'"
    whole += f" AND tags.`tinysight.publication` != '{but}'"
    for more in (" AND tags.`mlflow.source.name` = 'dvc repro'", ""):
        runs = store.client.search_runs([experiment_id], whole + more, max_results=1)  # the newest first
        if runs:
            return runs[0]
    return None


def comparable(params: Mapping[str, str]) -> dict[str, str]:
    """Without what follows from the rest."""
    return {key: value for key, value in params.items() if key != "chosen"}
