"""One registered version for people and programs: what it is, what it scored, how it was judged."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tinysight.bundle import MODEL, check_golden, scores_of
from tinysight.config import load_params
from tinysight.errors import BundleError, ModelError, TrackingError
from tinysight.evaluation.card import CARD
from tinysight.evaluation.wording import file_size, percent, percent_range
from tinysight.paths import Paths
from tinysight.predictor import Predictor
from tinysight.tracking.decision import SIGNS
from tinysight.tracking.registry import download, find_version
from tinysight.tracking.store import Store, open_store
from tinysight.tracking.version_info import VersionInfo


def show(paths: Paths, version: str) -> dict[str, Any]:
    """All that the registry knows of a version, its files included.

    Raises:
        TrackingError: if there is no such version, or the store cannot be used.
    """
    name = load_params(paths.params).register_.name
    with open_store(paths, write=False) as store:
        found = find_version(store, name, version)
        return {**found.as_json(), "files": look_at_files(store, found)}


def look_at_files(store: Store, version: VersionInfo) -> dict[str, Any]:
    """What the bundle holds, fetched and checked; `trouble` says what is wrong with it."""
    with TemporaryDirectory() as folder:
        try:
            bundle = download(store, version, Path(folder))
            predictor = Predictor(bundle.folder / MODEL)
            check_golden(bundle, predictor)
            scores = scores_of(bundle)
        except (BundleError, ModelError) as error:
            return {"trouble": str(error)}
        return {
            "trouble": None,
            "bytes": (bundle.folder / MODEL).stat().st_size,
            "contract": predictor.contract.model_dump(mode="json"),
            "scores": scores.model_dump(mode="json") if scores else None,
        }


def card(paths: Paths, version: str) -> str:
    """The model card that was registered with a version, as Markdown.

    Raises:
        TrackingError: if there is no such version, it has none, or the store cannot be used.
        BundleError: if its files are not as promised.
    """
    name = load_params(paths.params).register_.name
    with TemporaryDirectory() as folder, open_store(paths, write=False) as store:
        found = find_version(store, name, version)
        bundle = download(store, found, Path(folder))
        if CARD not in bundle.sha256:
            raise TrackingError(
                f"{name} {found.version} was registered without a card, by an earlier tinysight."
                f" `tinysight registry show {found.version}` tells what is known of it."
            )
        return (bundle.folder / CARD).read_text(encoding="utf-8")


def page(content: dict[str, Any]) -> str:
    """The same for people."""
    head = f"{content['name']} {content['version']}"
    aliases = ", ".join(content["aliases"])
    lines = [f"{head} ({aliases})" if aliases else head]
    lines += [f"  {what:<12}{value}" for what, value in _facts(content) if value]
    return "\n".join([*lines, *_conditions((content["gate"] or {}).get("checks", []))])


def _conditions(checks: list[dict[str, str]]) -> Iterator[str]:
    """What the gate looked at when it judged the version last."""
    if checks:
        yield "  conditions"
    held, named = max(map(len, SIGNS.values())), max((len(check["name"]) for check in checks), default=0)
    for check in checks:
        yield f"    {SIGNS[check['grade']]:<{held}}  {check['name']:<{named}}  {check['finding']}"


def _facts(content: dict[str, Any]) -> list[tuple[str, str]]:
    files, gate = content["files"], content["gate"] or {}
    contract, scores = files.get("contract") or {}, files.get("scores")
    size = contract.get("image_size")
    model = f"{file_size(files['bytes'])}, {contract['precision']}, pictures of {size} x {size}" if contract else ""
    return [
        ("decision", f"{content['release']}: {content['why']}".strip(": ")),
        ("rule", str(gate.get("rule", ""))),
        ("candidate", str(gate.get("candidate") or "")),
        ("registered", f"{content['created']} UTC"),
        ("model", model),
        ("classes", ", ".join(contract.get("class_names", []))),
        ("test", _score(scores["test"]) if scores else ""),
        ("sha256", content["sha256"]),
        ("data", content["dataset_digest"]),
        ("commit", content["git_commit"]),
        ("uncommitted", content["uncommitted"]),
        ("run", content["run_id"]),
        ("TROUBLE", files["trouble"] or ""),
    ]


def _score(test: dict[str, Any]) -> str:
    low_high = percent_range(test["interval"])
    moved = percent(test["expected_accuracy"])
    return f"{percent(test['accuracy'])} ({low_high}) when it was made; moved as expected {moved}"
