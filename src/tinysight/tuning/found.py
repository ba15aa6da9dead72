"""What a study has found, in words: better than what there is, by how much, and what that is worth."""

from collections.abc import Sequence
from dataclasses import dataclass

from tinysight.tuning.outcome import Tried, best_of, shown

LISTED = 10
CAUTION = (
    "The best of many looks better on val than it is, since val has chosen it. Test has not been looked at:"
    " the experiment scores both there."
)


@dataclass(frozen=True)
class Found:
    """A study in figures.

    Attributes:
        candidate: its name.
        trials: those that count; at least one came to its end.
        wanted: how many there are to be.
        rows: val pictures.
        epochs: that each trial of a network had at most.
    """

    candidate: str
    trials: Sequence[Tried]
    wanted: int
    rows: int
    epochs: int

    @property
    def best(self) -> Tried:
        """The one with the most right answers on val, moved."""
        best = best_of(self.trials)
        assert best is not None
        return best

    @property
    def better(self) -> bool:
        """Whether it is another than the candidate as it is."""
        return self.best.number > 0

    def gained(self) -> tuple[int, int]:
        """Val pictures that the best names rightly and the candidate as it is does not, and the other way round."""
        present = self.trials[0].outcome
        if not present.right:
            return int(self.best.outcome.rights.sum()), 0
        ours, theirs = self.best.outcome.rights, present.rights
        return int((ours & ~theirs).sum()), int((theirs & ~ours).sum())

    def line(self) -> str:
        """What was found, in a sentence or two."""
        count, right = len(self.trials), f"{self.candidate}: {_percent(self.best)} of val, moved,"
        if not self.better:
            return f"{right} as it is, and none of {count - 1} other trials is better."
        gained, lost = self.gained()
        present = self.trials[0].outcome
        before = f"failed ({present.reason})" if present.accuracy is None else f"has {_percent(self.trials[0])}"
        return (
            f"{right} in trial {self.best.number + 1} of {count}; as it is, it {before}."
            f" Of {self.rows:,} pictures, {gained} are right only now and {lost} were right only before."
        )


def report(found: Found, importance: dict[str, float], commands: Sequence[str]) -> str:
    """The study as a page of Markdown.

    Args:
        found: the study.
        importance: by key; empty where nothing can be said.
        commands: what to do next.
    """
    table = sorted(found.trials, key=lambda tried: -(tried.outcome.accuracy or 0.0))[:LISTED]
    rows = [
        f"| {one.number + 1} | {_percent(one)} | {_end(one)} | {one.outcome.seconds:.0f} | {one.told()} |"
        for one in table
    ]
    ranked = sorted(importance.items(), key=lambda item: -item[1])
    mattered = ", ".join(f"{key} {share:.0%}" for key, share in ranked)
    parts = [
        f"# Tuning {found.candidate}",
        found.line(),
        CAUTION if found.better else "",
        "\n".join(f"    {command}" for command in commands),
        "\n".join(["| trial | val, moved | end | seconds | values |", "|---|---|---|---|---|", *rows]),
        f"What mattered: {mattered}." if mattered else "",
        f"Trial 1 is the candidate as it was. {_epochs(found)}Test was not read.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def experiment(found: Found, name: str, date: str) -> str:
    """The head of conf/experiment/NAME.yaml, which puts the best trial as a rung beside the candidate as it is.

    Args:
        found: the study; its best trial is another than the first.
        name: of the experiment and its rung.
        date: of the day.
    """
    best, before = found.best, found.trials[0].outcome.accuracy
    present = "failed" if before is None else f"{before:.4f}"
    lines = [
        "@package _global_",
        f"Question: is {found.candidate} better with what `tinysight tune {found.candidate}` found?",
        f"Command:  dvc exp run -S experiment={name}",
        "Expected: one more line in the verdict; only the new rung trains. Test, which tuning has not read, shows",
        "          what it is worth.",
        f"Found:    {date}, in trial {best.number + 1} of {len(found.trials)}. {_epochs(found)}".rstrip(),
        f"          Val, moved: {best.outcome.accuracy:.4f}; {found.candidate} as it was: {present}.",
        *(f"          {key}: {shown(value)}" for key, value in best.values.items()),
    ]
    return "".join(f"# {line}\n" for line in lines) + "\n"


def _epochs(found: Found) -> str:
    """A sentence on how long each trial took at most; empty for a candidate without epochs."""
    return f"Each had at most {found.epochs} epochs. " if any(one.outcome.curves for one in found.trials) else ""


def _percent(tried: Tried) -> str:
    return "–" if tried.outcome.accuracy is None else f"{tried.outcome.accuracy:.1%}"


def _end(tried: Tried) -> str:
    return {"whole": "to the end", "stopped": "stopped early", "failed": "failed"}[tried.outcome.end]
