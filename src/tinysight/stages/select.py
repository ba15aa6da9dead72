"""All scores → the verdict: which candidate, why, and what the others would cost."""

import json

from tinysight.errors import ModelError
from tinysight.evaluation.beside import Beside
from tinysight.evaluation.budget import over_budget
from tinysight.evaluation.error_costs import ErrorCost, cost_matrix, read_error_cost, stated
from tinysight.evaluation.explanation import explain
from tinysight.evaluation.headline import headline
from tinysight.evaluation.merits import RIGHT_ANSWERS, CheapMistakes
from tinysight.evaluation.mistakes import read_mistakes
from tinysight.evaluation.scores import read_scores, write_record
from tinysight.evaluation.selection import Entrant, Verdict, choose, in_verdict
from tinysight.evaluation.trial_file import Learning, read_learning, with_today
from tinysight.evaluation.verdict.page import draw_verdict
from tinysight.evaluation.verdict.plane_figure import draw_plane
from tinysight.evaluation.verdict.view import make_view
from tinysight.evaluation.verdict_page import verdict_page
from tinysight.models.status import read_status
from tinysight.params import Params
from tinysight.paths import Paths, candidate_of
from tinysight.whole_file import write_whole


def run(params: Params, paths: Paths) -> None:
    """Writes verdict.json, verdict.md and verdict.html, and the figure of accuracy against cost beside them.

    Raises:
        ModelError: if every candidate failed; the verdict, which says why, is written all the same.
        ConfigError: if select.error_costs names what is no class.
        DataError: if a candidate's scores cannot be read.
    """
    entrants = [_entrant(params, paths, name) for candidate in params.models for name in paths.judged(candidate)]
    verdict = _decide(params, paths, entrants)
    beside, expected, figure = _beside(params, paths, verdict), params.evaluate.expected, paths.verdict_figure
    paths.reports.mkdir(parents=True, exist_ok=True)
    view = make_view(verdict, entrants, expected, beside)
    if view.plane:
        rows = next(entrant.scores.val.rows for entrant in entrants if entrant.scores)
        title = f"{params.dataset.name}: {rows:,} val images, moved as expected, with 95 % intervals"
        draw_plane(figure, view.plane, title)
    write_whole(paths.verdict_text, verdict_page(verdict, entrants, expected, beside, figure=figure.name))
    page = draw_verdict(view)
    write_whole(paths.verdict_html, page.encode("utf-8", "xmlcharrefreplace"))
    write_record(paths.verdict, verdict)
    write_whole(paths.metrics, json.dumps(headline(verdict), indent=1) + "\n")
    if verdict.chosen is None:
        raise ModelError(_nobody(entrants, verdict.over_budget))


def _decide(params: Params, paths: Paths, entrants: list[Entrant]) -> Verdict:
    over = over_budget(entrants, params.select.budget)
    costs = _error_costs(params, paths, entrants)
    merit = CheapMistakes(costs) if costs else RIGHT_ANSWERS
    affordable = [entrant for entrant in entrants if entrant.name not in over]
    rule = choose(affordable, params.select.standard_errors, merit)
    return Verdict(
        chosen=rule.good_enough[0] if rule else None,
        why=explain(rule, entrants, params.evaluate.expected, over, merit),
        rule=rule,
        candidates=[in_verdict(entrant, costs.get(entrant.name)) for entrant in entrants],
        over_budget=over,
    )


def _nobody(entrants: list[Entrant], over: dict[str, str]) -> str:
    reasons = "; ".join(f"{e.name}: {e.reason or over[e.name]}" for e in entrants)
    if over:
        return (
            f"No candidate is within select.budget ({reasons}). Raise it in conf/select, where null is no limit, or"
            " make candidates smaller, then run `tinysight params` and `dvc repro`. Where a memory was not measured,"
            " `dvc repro -f -s evaluate@NAME` says why."
        )
    return (
        f"No candidate came through ({reasons}). Correct what they name, then `tinysight retry`; after changes in"
        " conf/, `tinysight params` before it."
    )


def _entrant(params: Params, paths: Paths, name: str) -> Entrant:
    kind, status = params.models[candidate_of(name)].kind, read_status(paths.scores(name))
    scores = None if status.failed else read_scores(paths.scores(name))
    return Entrant(name=name, kind=kind, scores=scores, reason=status.reason)


def _error_costs(params: Params, paths: Paths, entrants: list[Entrant]) -> dict[str, ErrorCost]:
    """What each candidate's mistakes cost; nothing where the user has not said what they cost."""
    scored = [entrant.scores for entrant in entrants if entrant.scores]
    if not params.select.error_costs or not scored:
        return {}
    matrix = cost_matrix(params.select.error_costs, list(scored[0].val.per_class))
    return {scores.name: read_error_cost(paths.scores(scores.name), matrix) for scores in scored}


def _beside(params: Params, paths: Paths, verdict: Verdict) -> Beside:
    picture = paths.augmented_picture
    return Beside(
        dataset=params.dataset.name,
        image_size=params.dataset.image_size,
        error_costs=tuple(stated(params.select.error_costs or {})),
        learning=_learning(params, paths, verdict.chosen),
        mistakes=read_mistakes(paths.scores(verdict.chosen)) if verdict.chosen else None,
        augmented=picture.read_bytes() if picture.is_file() else b"",
        augment=params.augment,
    )


def _learning(params: Params, paths: Paths, chosen: str | None) -> Learning | None:
    """What `tinysight learning-curve` found by today's settings, where somebody has asked for it."""
    if not (chosen and paths.learning.is_file()):
        return None
    return with_today(read_learning(params, paths), params, paths, chosen)
