"""Publishes the runs, registers the chosen model and decides about the release: reports/release.md."""

from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.release import Decision, release
from tinysight.whole_file import write_whole


def run(params: Params, paths: Paths) -> None:
    """Writes reports/release.md once the registry holds what it says.

    Raises:
        DataError: if the pipeline's files are not all there.
        TrackingError: if the tracking store cannot be used; the results stay on disk.
    """
    decision = release(params, paths)
    write_whole(paths.release, release_text(decision))
    print(decision.line())


def release_text(decision: Decision) -> str:
    """The decision as Markdown."""
    lines = [f"# Release: {decision.outcome}", "", decision.reason, "", "| | |", "|---|---|"]
    lines += [f"| {what} | {value} |" for what, value in _facts(decision) if value]
    return "\n".join(lines) + "\n"


def _facts(decision: Decision) -> list[tuple[str, str]]:
    return [
        ("model", decision.name),
        ("candidate", decision.candidate or "none"),
        ("version", decision.version),
        ("production before", decision.champion),
        ("test pictures, read from their files", str(decision.rows or "")),
        ("accuracy of the candidate", _share(decision.accuracy)),
        ("accuracy of the version before", _share(decision.champion_accuracy)),
    ]


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
