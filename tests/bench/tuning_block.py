"""What docs/tuning.md quotes of docs/figures: what tuning brought on the digits, on val and on test."""

from collections.abc import Callable, Mapping

from tests.bench.answer_blocks import percent
from tests.bench.measured import Figures
from tests.bench.readme_blocks import QUIET


def tuning(figures: Figures) -> str:
    """A few sentences: the trials, the kill, the minutes, and whether val's promise held on test."""
    found = figures.read("tuning")
    origin = figures.origin("tuning")
    name, val, test = found["candidate"], found["val"], found["test"]
    came = [one for one in val if one is not None]
    load = found["load_of_the_machine"]
    busy = f", on a machine that others kept busy (load {load:g})" if load > QUIET else ""
    now, before = (test[key] for key in (f"{name}_tuned", name))
    held = "held" if now["expected_accuracy"] > before["expected_accuracy"] else "did not hold"
    low, high = now["interval"]
    return (
        f"`tinysight tune {name} --trials {found['trials']}`, killed after {found['killed_after_trials']} trials and"
        f" started again: {found['trials']} trials, {found['minutes']:.0f} minutes, {found['processor_minutes']:.0f} of"
        f" processor time{busy} ({origin}). On val, shifted and turned, {percent(val[0])} as it is and"
        f" {percent(max(came))} with what was found, in trial {val.index(max(came)) + 1}. On {now['rows']} test"
        f" pictures, moved alike, from the exported files, that {held}: {percent(before['expected_accuracy'])} and"
        f" {percent(now['expected_accuracy'])}; as they are, {percent(before['accuracy'])} and"
        f" {percent(now['accuracy'])} (interval {percent(low)} to {percent(high)}). The verdict, which goes by moved"
        f" pictures of val and by cost, chose {test['chosen']}."
    )


TUNING_BLOCKS: Mapping[str, Callable[[Figures], str]] = {"tuning": tuning}
