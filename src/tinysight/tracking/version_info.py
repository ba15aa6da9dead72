"""One registered version and the names of its tags."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

PRODUCTION, CHALLENGER = "production", "challenger"
SHA256, DRAFT, RELEASE = "tinysight.sha256", "tinysight.draft", "tinysight.release"
DATASET, COMMIT, UNCOMMITTED = "tinysight.dataset_digest", "tinysight.git_commit", "tinysight.uncommitted"
ENVIRONMENT = "tinysight.environment"
RECIPE, JUDGED_ON, GATE = "tinysight.recipe_digest", "tinysight.test_digest", "tinysight.gate"
PROMOTED_AT = "tinysight.promoted_at"


@dataclass(frozen=True)
class VersionInfo:
    """One registered version.

    Attributes:
        name: the registered model.
        version: its number, as text.
        aliases: what names it now.
        sha256: of its model.onnx; empty while the version is not complete.
        dataset_digest: of the data set it was made from.
        git_commit: what was checked out when it was registered.
        release: `promoted` once it has been production, else what register decided.
        why: the reason of the last decision about it.
        created: when, in UTC.
        run_id: the MLflow run it comes from.
        source: where its files are.
        draft: the sha256 that an incomplete version is meant to have.
        created_ms: when, in milliseconds since 1970.
        recipe: digest of how it was made; empty for versions of earlier times.
        uncommitted: which files were not in the commit when it was registered; empty for none.
        judged_on: digest of the test pictures that judged it last.
        gate: the last judgement, as JSON.
        software: Python and the packages that registered it, as JSON.
    """

    name: str
    version: str
    aliases: tuple[str, ...]
    sha256: str
    dataset_digest: str
    git_commit: str
    release: str
    why: str
    created: str
    run_id: str
    source: str
    draft: str
    created_ms: int
    recipe: str = ""
    uncommitted: str = ""
    judged_on: str = ""
    gate: str = ""
    software: str = ""

    @property
    def complete(self) -> bool:
        """True when all its files are there: the digest is written last."""
        return bool(self.sha256)

    @property
    def judgement(self) -> dict[str, Any]:
        """The last judgement, as Decision.as_json gave it; empty without one."""
        return _object(self.gate)

    @property
    def environment(self) -> dict[str, str]:
        """Name to version of the software that registered it; empty for versions of earlier times."""
        return {str(name): str(version) for name, version in _object(self.software).items()}

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {**asdict(self), "gate": self.judgement or None, "software": self.environment or None}


def _object(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text or "{}")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def version_info(entry: "ModelVersion", aliases: tuple[str, ...]) -> VersionInfo:
    """What MLflow's entry says."""
    tags = entry.tags
    created = datetime.fromtimestamp(entry.creation_timestamp / 1000, UTC)
    return VersionInfo(
        name=entry.name,
        version=str(entry.version),
        aliases=aliases,
        sha256=tags.get(SHA256, ""),
        dataset_digest=tags.get(DATASET, ""),
        git_commit=tags.get(COMMIT, ""),
        release=tags.get(RELEASE, ""),
        why=entry.description or "",
        created=f"{created:%Y-%m-%d %H:%M}",
        run_id=entry.run_id or "",
        source=entry.source or "",
        draft=tags.get(DRAFT, ""),
        created_ms=entry.creation_timestamp,
        recipe=tags.get(RECIPE, ""),
        uncommitted=tags.get(UNCOMMITTED, ""),
        judged_on=tags.get(JUDGED_ON, ""),
        gate=tags.get(GATE, ""),
        software=tags.get(ENVIRONMENT, ""),
    )
