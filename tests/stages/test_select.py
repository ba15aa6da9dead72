"""select writes the verdict for programs and for people, and says so when there is none."""

import json
from pathlib import Path

import numpy as np
import pytest
from evaluated import CONF, Project, scores_of
from PIL import Image

from tinysight.config import compose_params
from tinysight.errors import ConfigError, DataError, ModelError
from tinysight.evaluation.scores import write_scores
from tinysight.models.status import OK, Status, write_status
from tinysight.stages import select

GOLDEN = Path(__file__).with_name("verdict.golden.json")
LADDER = {
    "majority": (0.11, 2_353),
    "svm": (0.952, 354_123),
    "mlp": None,
    "tutorial_cnn": (0.931, 12_354_123),
    "small_cnn": (0.957, 1_354_123),
}


def evaluated(root, ladder=LADDER):
    """A project in which every candidate was evaluated."""
    project = Project(root)
    for name, figures in ladder.items():
        folder = project.paths.scores(name)
        write_status(folder, OK if figures else Status("failed", "out of memory"))
        if figures:
            write_scores(folder, scores_of(name, *figures, kind=name))
    return project


def run(project, *overrides):
    params = compose_params(CONF, ["dataset=digits", *overrides])
    select.run(params.model_copy(update={"models": {name: params.models[name] for name in LADDER}}), project.paths)


def test_the_verdict_is_the_golden_one(tmp_path):
    """verdict.json is a contract: a difference here breaks who reads it."""
    project = evaluated(tmp_path)
    run(project)
    assert project.paths.verdict.read_bytes() == GOLDEN.read_bytes()


def test_the_verdict_has_the_keys_of_the_design(tmp_path):
    project = evaluated(tmp_path)
    run(project)
    verdict = json.loads(project.paths.verdict.read_text())
    assert {"schema", "chosen", "why", "candidates"} <= set(verdict)
    assert (verdict["schema"], verdict["chosen"]) == (1, "svm")
    scored, failed = verdict["candidates"][1], verdict["candidates"][2]
    assert set(scored) == {"name", "kind", "status", "reason", "val", "test", "cost", "error_cost"}
    promised = {"accuracy", "interval", "macro_f1", "expected_calibration_error", "expected_accuracy"}
    assert promised <= set(scored["val"])
    assert promised <= set(scored["test"])
    assert (failed["status"], failed["reason"], failed["val"]) == ("failed", "out of memory", None)


def test_people_get_a_page_with_its_figure(tmp_path):
    project = evaluated(tmp_path)
    run(project)
    page = project.paths.verdict_text.read_text()
    assert page.startswith("# digits: svm is enough\n\nsvm is enough: ")
    assert f"({project.paths.verdict_figure.name})" in page
    assert "out of memory" in page
    with Image.open(project.paths.verdict_figure) as image:
        image.verify()


def test_what_to_do_next_starts_from_the_copies_of_today(tmp_path):
    project = evaluated(tmp_path, dict.fromkeys(LADDER) | {"svm": (0.9, 10)})
    run(project, "augment.copies=8")
    for page in (project.paths.verdict_text, project.paths.verdict_html):
        assert "augment.copies=16" in page.read_text(encoding="utf-8")


def test_the_page_says_why_in_the_words_of_the_verdict(tmp_path):
    project = evaluated(tmp_path)
    run(project)
    assert json.loads(project.paths.verdict.read_text())["why"] in project.paths.verdict_text.read_text()


def test_nothing_but_failures_is_an_error_that_names_the_way_on(tmp_path):
    project = evaluated(tmp_path, dict.fromkeys(LADDER))
    with pytest.raises(ModelError, match=r"mlp: out of memory.*tinysight retry"):
        run(project)
    verdict = json.loads(project.paths.verdict.read_text())
    assert verdict["chosen"] is None
    assert verdict["rule"] is None
    assert "no candidate came through" in project.paths.verdict_text.read_text()


def test_a_candidate_that_was_never_evaluated_is_an_error(tmp_path):
    project = evaluated(tmp_path, {"svm": (0.9, 10)})
    with pytest.raises(DataError, match="status"):
        run(project)
    assert not project.paths.reports.exists()


def test_a_budget_that_nobody_keeps_is_an_error_that_names_what_is_too_much(tmp_path):
    project = evaluated(tmp_path)
    with pytest.raises(ModelError, match=r"within select\.budget .*svm: file 5\.0 kB of 0\.001 MB.*conf/select"):
        run(project, "select.budget.file_mb=0.001")
    assert json.loads(project.paths.verdict.read_text())["over_budget"]["svm"] == "file 5.0 kB of 0.001 MB"
    assert "No candidate is within the budget" in project.paths.verdict_html.read_text()


DEAR = "select.error_costs={cat: {dog: 20}}"


def weighed(root):
    """svm takes two cats for dogs, small_cnn four dogs for cats: the better one has the dearer mistakes."""
    project = evaluated(root)
    labels = np.repeat([0, 1], 50)
    for name, figures in LADDER.items():
        answers = np.tile(labels, (2, 1))
        if name == "svm":
            answers[:, :2] = 1
        elif name == "small_cnn":
            answers[:, -4:] = 0
        else:
            answers[:] = 1
        sides = {f"{side}_labels": labels for side in ("val", "test")}
        sides |= {f"{side}_expected_answers": answers for side in ("val", "test")}
        if figures:
            np.savez(project.paths.scores(name) / "predictions.npz", **sides)
    return project


def test_mistakes_are_weighed_as_the_user_says(tmp_path):
    project = weighed(tmp_path)
    run(project, DEAR)
    verdict = json.loads(project.paths.verdict.read_text())
    assert (verdict["chosen"], verdict["rule"]["by"]) == ("small_cnn", "error_cost")
    assert verdict["candidates"][1]["error_cost"]["val"]["mean"] == pytest.approx(0.4)
    assert verdict["candidates"][4]["error_cost"]["test"]["mean"] == pytest.approx(0.04)
    assert verdict["rule"]["needed"] == pytest.approx(0.04 + verdict["rule"]["standard_error"])
    assert verdict["why"].startswith(
        "small_cnn is enough: on the 100 val images, shifted by up to 15 % and turned by up"
    )
    assert "its mistakes cost 0.0400 a picture as select.error_costs weighs them" in verdict["why"]
    for page in (project.paths.verdict_text, project.paths.verdict_html):
        assert "cat taken for dog costs 20" in page.read_text(encoding="utf-8")


def test_a_class_that_is_none_is_an_error_that_names_the_field_and_the_nearest(tmp_path):
    project = weighed(tmp_path)
    with pytest.raises(ConfigError, match=r"select\.error_costs: cta is no class.*Did you mean cat\?.*cat, dog"):
        run(project, "select.error_costs={cta: {dog: 20}}")
    with pytest.raises(ConfigError, match=r"select\.error_costs\.cat: bird is no class"):
        run(project, "select.error_costs={cat: {bird: 20}}")


def test_scores_without_the_answers_that_are_weighed_are_an_error(tmp_path):
    project = evaluated(tmp_path)
    with pytest.raises(DataError, match=r"predictions\.npz.*select\.error_costs.*dvc repro -f"):
        run(project, DEAR)


def test_there_is_a_page_for_the_browser_too(tmp_path):
    project = evaluated(tmp_path)
    run(project)
    assert "svm is enough" in project.paths.verdict_html.read_text(encoding="utf-8")
