"""verdict.md: the answer first, then all candidates, then what to do next."""

from collections.abc import Sequence

from tinysight.evaluation.explanation import MAJORITY
from tinysight.evaluation.next_steps import next_steps
from tinysight.evaluation.scores import Scores, SplitScores
from tinysight.evaluation.selection import Entrant, Verdict
from tinysight.evaluation.wording import (
    count,
    duration,
    duration_ms,
    file_size,
    memory,
    motion,
    percent,
    percent_range,
    points,
)
from tinysight.params import ExpectedParams


def verdict_page(
    verdict: Verdict, entrants: Sequence[Entrant], expected: ExpectedParams, *, dataset: str, figure: str
) -> str:
    """The verdict as Markdown.

    Args:
        verdict: what verdict.json holds.
        entrants: all candidates with all their scores.
        expected: the warps under which it was decided.
        dataset: the data set's name.
        figure: file name of the figure of accuracy against cost; empty for none.
    """
    chosen = next((e.scores for e in entrants if e.scores and e.name == verdict.chosen), None)
    parts = [f"# {dataset}: {_headline(chosen, verdict)}", verdict.why]
    if chosen:
        parts += [_unseen(chosen, expected), *([f"![accuracy against cost]({figure})"] if figure else [])]
        parts += ["## All candidates", _table(verdict, entrants), _legend(verdict, expected)]
    failed = [f"- **{e.name}**: {e.reason}" for e in entrants if not e.scores]
    if failed:
        parts += ["## Failed", "\n".join(failed)]
    parts += ["## What to do next", "\n".join(f"- {step}" for step in next_steps(chosen, some_failed=bool(failed)))]
    return "\n\n".join(parts) + "\n"


def _headline(chosen: Scores | None, verdict: Verdict) -> str:
    if chosen is None:
        return "no candidate is within the budget" if verdict.over_budget else "no candidate came through"
    return f"{chosen.name} is enough" if chosen.kind != MAJORITY else "nothing was learned"


def _unseen(chosen: Scores, expected: ExpectedParams) -> str:
    test = chosen.test
    sure = "" if test.answered_accuracy is None else f" and is right in {percent(test.answered_accuracy)} of those"
    return (
        f"On the {test.rows:,} test images, which had no say in this, {chosen.name} names {percent(test.accuracy)}"
        f" right (95 % interval {percent_range(test.interval)}), and {percent(test.expected_accuracy)}"
        f" ({percent_range(test.expected_interval)}) once they are {motion(expected)}."
        f" It is sure enough to answer {percent(test.answered)}{sure}; the rest it calls unknown."
    )


def _table(verdict: Verdict, entrants: Sequence[Entrant]) -> str:
    heads = ["candidate", "val, moved", "val", "test, moved", "test", "macro F1"]
    heads += ["multiply-adds", "file", "time", "memory", "training"]
    ok = sorted(
        (e.scores for e in entrants if e.scores), key=lambda s: (s.cost.multiply_adds, s.cost.file_bytes, s.name)
    )
    rows = [_cells(scores, verdict) for scores in ok]
    ruler = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [heads, ruler, *rows])


def _cells(scores: Scores, verdict: Verdict) -> list[str]:
    cost = scores.cost
    name = f"**{scores.name}** (chosen)" if scores.name == verdict.chosen else scores.name
    return [
        f"{name} (best)" if verdict.rule and scores.name == verdict.rule.best else name,
        *_shares(scores.val),
        *_shares(scores.test),
        f"{scores.test.macro_f1:.3f}",
        count(cost.multiply_adds),
        file_size(cost.file_bytes),
        duration_ms(cost.p50_ms),
        memory(cost.peak_mb),
        duration(cost.train_seconds),
    ]


def _shares(side: SplitScores) -> list[str]:
    return [
        f"{percent(side.expected_accuracy)} ({percent_range(side.expected_interval)})",
        f"{percent(side.accuracy)} ({percent_range(side.interval)})",
    ]


def _legend(verdict: Verdict, expected: ExpectedParams) -> str:
    rule = verdict.rule
    decided = ""
    if rule:
        decided = (
            f" The best there is {rule.best}; its standard error is {points(rule.standard_error)}, so that"
            f" {percent(rule.needed)} and more are good enough: {', '.join(rule.good_enough)}, the cheapest of which"
            " is chosen."
        )
    return (
        f"Cheapest first. *Moved* is {motion(expected)}, in brackets are 95 % intervals; macro F1 is that of"
        f" test. Val decides, moved; test is only shown.{decided} Time is the median for one picture, from pixels to"
        " probabilities on one thread; memory is the most that a process takes which loads the model and predicts;"
        " `scores/` has more figures."
    )
