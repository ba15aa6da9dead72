"""The report on real results and a real registry: what it says, and that nobody's names break it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import commit, run_in
from rendered_markdown import read_back
from results import BAD, give_store, make_results
from verdicts import LADDER

from tinysight.data.imageset import SAMPLES, Sample, read_samples, write_samples
from tinysight.evaluation.selection import Verdict, in_verdict
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.retraining import since_base
from tinysight.retraining.markdown import MARKER
from tinysight.retraining.report import LONGEST, report
from tinysight.retraining.report_scores import MOST_CLASSES, confusion_lines
from tinysight.retraining.since_base import ClassChange, pictures_since, settings_since
from tinysight.tracking.release import release

Make = Callable[..., tuple[Params, Paths]]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes results with a verdict that names all candidates, in a git repository with a registry."""
    for name in ("MLFLOW_TRACKING_URI", "DVC_EXP_NAME", "GITHUB_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TINYSIGHT_NO_PROMOTE", "1")
    run_in(tmp_path, "git", "init", "-q", "-b", "main")
    for what in ("name", "email"):
        run_in(tmp_path, "git", "config", f"user.{what}", "tester@example.invalid")
    give_store(Paths(tmp_path))

    def make(*overrides: str, chosen: str | None = "svm", **more: object) -> tuple[Params, Paths]:
        params, paths = make_results(tmp_path, *overrides, chosen=chosen, **more)  # type: ignore[arg-type]
        candidates = [in_verdict(entrant) for entrant in LADDER]
        verdict = Verdict(chosen=chosen, why="svm is enough: <b>so</b> it is.", rule=None, candidates=candidates)
        paths.verdict.write_text(verdict.model_dump_json(by_alias=True), encoding="utf-8")
        return params, paths

    return make


def test_it_says_decision_changes_scores_comparison_and_confusion(made: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TINYSIGHT_NO_PROMOTE")
    params, paths = made(noise=BAD)
    commit(paths.root, "worse")
    release(params, paths)
    monkeypatch.setenv("TINYSIGHT_NO_PROMOTE", "1")
    params, paths = made("models.svm.c=[3]", seed=1)
    commit(paths.root, "better")
    release(params, paths)
    tags, text = read_back(report(paths, "HEAD~1"))
    assert "tinysight: colours 2 (svm): challenger" in text
    assert "Not promoted, since TINYSIGHT_NO_PROMOTE is set" in text
    words = ("What changed since HEAD~1", "models.svm.c", "[3]", "McNemar's exact test")
    assert [word for word in words if word not in text] == []
    assert "Only the new one is right on" in text
    assert text.count("Confusion on") == 1
    assert {"table", "details", "h2", "h3"} <= set(tags)
    assert "b" not in tags  # of the verdict's words
    assert "out of <memory>" in text


def test_a_first_version_is_compared_with_nothing(made: Make) -> None:
    params, paths = made()
    release(params, paths)
    text = report(paths)
    assert text.startswith(f"{MARKER}\n## tinysight: colours 1 (svm): challenger\n")
    assert "Against production" not in text
    assert "What changed" not in text


def test_without_a_choice_and_without_a_version_it_says_so(made: Make) -> None:
    _, paths = made(chosen=None)
    assert "## tinysight: no candidate was chosen" in report(paths)
    _, paths = made()
    assert "is no version of the registry yet" in report(paths)


def test_it_links_the_files_of_its_run(made: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    _, paths = made()
    for name, value in (("SERVER_URL", "https://github.com"), ("REPOSITORY", "a/b"), ("RUN_ID", "7")):
        monkeypatch.setenv(f"GITHUB_{name}", value)
    assert "(https://github.com/a/b/actions/runs/7#artifacts)" in report(paths)


def test_it_fits_into_a_comment_whatever_was_changed(made: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    _, paths = made()
    many = [ClassChange("x" * 70, n, n, 1, 0, 0) for n in range(9)]
    monkeypatch.setattr("tinysight.retraining.report.pictures_since", lambda *_: many)
    monkeypatch.setattr("tinysight.retraining.report.LONGEST", 500)
    assert len(report(paths, "HEAD")) < 700
    assert LONGEST < 65_536


def test_settings_are_those_that_differ_from_the_revision(made: Make) -> None:
    _, paths = made()
    commit(paths.root, "start")
    assert settings_since(paths, "HEAD") == []
    made("train.epochs=3", "logger.wandb=true")
    assert [change.key for change in settings_since(paths, "HEAD") or []] == ["train.epochs"]
    assert settings_since(paths, "0" * 40) is None


def test_pictures_are_told_apart_by_their_bytes(made: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    _, paths = made()
    table = paths.dataset / SAMPLES
    before = read_samples(table)
    monkeypatch.setattr(since_base, "_classes_at", lambda *_: {one.digest: one.class_name for one in before})
    other = Sample("blue/00.png", before[-1].digest, "blue", 0)  # was of the last class
    write_samples(table, [*before[1:-1], other, Sample("blue/new.png", "f" * 64, "blue", 0)])
    found = {
        one.name: (one.before, one.now, one.came, one.gone, one.renamed) for one in pictures_since(paths, "x") or []
    }
    first, last = before[0].class_name, before[-1].class_name
    assert found[first][:2] in {(30, 31), (30, 29)}
    assert sum(one[2] for one in found.values()) == sum(one[3] for one in found.values()) == 1
    assert sum(one[4] for one in found.values()) == 1
    assert found[last][1] < 31


def test_pictures_of_a_revision_without_results_cannot_be_had(made: Make) -> None:
    _, paths = made()
    commit(paths.root, "start")
    assert pictures_since(paths, "HEAD") is None
    assert "cannot be had" in report(paths, "HEAD")


def test_a_matrix_of_many_classes_is_left_to_the_page() -> None:
    scores = next(entrant.scores for entrant in LADDER if entrant.scores)
    side = scores.test
    names = {f"c{n}": next(iter(side.per_class.values())) for n in range(MOST_CLASSES + 1)}
    assert "in the verdict's page" in confusion_lines(side.model_copy(update={"per_class": names}))[0]
    assert json.dumps(confusion_lines(side))
