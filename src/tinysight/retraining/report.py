"""The report on a retraining as Markdown for a pull request: decision, what changed, scores, comparison, pictures."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tinysight.errors import TrackingError
from tinysight.evaluation.scores import read_scores
from tinysight.evaluation.selection import Verdict
from tinysight.paths import Paths
from tinysight.retraining.markdown import MARKER, folded, plain, table
from tinysight.retraining.report_scores import candidate_lines, comparison_lines, picture_lines
from tinysight.retraining.since_base import ClassChange, any_change, pictures_since, settings_since
from tinysight.tracking.changes import Change
from tinysight.tracking.decision import SIGNS
from tinysight.tracking.record import read_verdict
from tinysight.tracking.registry import holder_of, list_versions
from tinysight.tracking.version_info import PRODUCTION, VersionInfo

COMMIT = re.compile(r"[0-9a-f]{40}")
LONGEST = 60_000  # characters; GitHub takes 65,536


def report(paths: Paths, base: str = "") -> str:
    """Markdown about what lies here, and what changed since a revision.

    Args:
        paths: the project, whose pipeline has run.
        base: the revision to compare with; empty for none.

    Raises:
        DataError: if the pipeline's files are not all there.
    """
    verdict = Verdict.model_validate(read_verdict(paths))
    version, note = _version(paths, verdict.chosen)
    lines = [MARKER, f"## tinysight: {_headline(version, verdict)}", "", *_decision(version, note), ""]
    lines += [*_since(paths, base), "### Scores", "", plain_sentences(verdict.why), "", *candidate_lines(verdict), ""]
    if version and (compared := comparison_lines(version.judgement)):
        lines += ["### Against production", "", *compared, ""]
    if verdict.chosen:
        lines += picture_lines(read_scores(paths.scores(verdict.chosen)))
    return _cut("\n".join([*lines, _footer()])) + "\n"


def _version(paths: Paths, chosen: str | None) -> tuple[VersionInfo | None, str]:
    if not chosen or not paths.model(chosen).is_file():
        return None, "The verdict chose no candidate, so nothing was registered."
    try:
        found = holder_of(list_versions(paths), paths.model(chosen))
    except TrackingError as error:
        return None, f"The registry could not be asked: {error}"
    return found, "" if found else "The chosen model is no version of the registry yet: `dvc repro -f -s register`."


def _headline(version: VersionInfo | None, verdict: Verdict) -> str:
    if version is None:
        return f"{plain(verdict.chosen)} was chosen" if verdict.chosen else "no candidate was chosen"
    state = "in production" if PRODUCTION in version.aliases else version.release or "registered"
    return f"{plain(version.name)} {version.version} ({plain(verdict.chosen)}): {state}"


def _decision(version: VersionInfo | None, note: str) -> Iterator[str]:
    if version is None:
        yield plain_sentences(note)
        return
    decision: Mapping[str, Any] = version.judgement
    yield plain_sentences(version.why or decision.get("reason", ""))
    for warning in decision.get("warnings", ()):
        yield f"\n**Note.** {plain_sentences(warning)}"
    checks = decision.get("checks") or []
    if checks:
        rows = [(plain(one["name"]), SIGNS[one["grade"]], plain_sentences(one["finding"])) for one in checks]
        yield ""
        yield from table(("condition", "held", "what was found"), rows)


def plain_sentences(text: str) -> str:
    """Sentences of ours, which name classes of others: shown as they are, at any length."""
    return " ".join(plain(word) for word in text.split())


def _since(paths: Paths, base: str) -> Iterator[str]:
    if not base:
        return
    yield f"### What changed since {plain(base[:10] if COMMIT.fullmatch(base) else base)}"
    yield ""
    pictures, settings = pictures_since(paths, base), settings_since(paths, base)
    yield from _pictures(pictures)
    yield from _settings(settings)


def _pictures(classes: Sequence[ClassChange] | None) -> Iterator[str]:
    if classes is None:
        yield "Pictures: those of that revision cannot be had (no dvc.lock there, or not in the remote)."
    elif not any_change(classes):
        yield f"Pictures: the same {sum(one.now for one in classes)}."
    else:
        rows = [(plain(c.name), *map(str, (c.before, c.now, c.came, c.gone, c.renamed))) for c in classes]
        yield from table(("class", "pictures before", "now", "new", "gone", "came from another class"), rows)
    yield ""


def _settings(found: Sequence[Change] | None) -> Iterator[str]:
    if found is None:
        yield "Settings: that revision has no params.yaml."
    elif not found:
        yield "Settings: the same."
    else:
        rows = [(plain(c.key), _value(c.before), _value(c.after)) for c in found]
        lines = table(("setting", "before", "now"), rows)
        yield from lines if len(rows) <= 10 else folded(f"{len(rows)} settings differ", lines)
    yield ""


def _value(value: str | None) -> str:
    return "–" if value is None else plain(value) or "there"


def _footer() -> str:
    server, repository, run = (os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    link = f" [All pictures and the data report]({server}/{repository}/actions/runs/{run}#artifacts)." if run else ""
    return f"{link.strip()} Each run of the workflow writes this comment anew.".strip()


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST].rpartition(chr(10))[0]}\n\n… cut: the whole report is with the run's files."
