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
    now, before = (test[key]["accuracy"] for key in (f"{name}_tuned", name))
    low, high = test[f"{name}_tuned"]["interval"]
    held = "better" if now > before else "no better"
    return (
        f"`tinysight tune {name} --trials {found['trials']}`, killed after {found['killed_after_trials']} trials and"
        f" started again: {found['trials']} trials, {found['minutes']:.0f} minutes, {found['processor_minutes']:.0f} of"
        f" processor time{busy} ({origin}). On val {percent(val[0])} as it is and {percent(max(came))} with what was"
        f" found, in trial {val.index(max(came)) + 1}; {found['failed']} trials failed. On {test[name]['rows']} test"
        f" pictures, from the exported files: {percent(before)} as it is, {percent(now)} with what was found, so"
        f" {held} there; the 95 % interval is {percent(low)} to {percent(high)}. The verdict chose {test['chosen']}."
    )


TUNING_BLOCKS: Mapping[str, Callable[[Figures], str]] = {"tuning": tuning}
