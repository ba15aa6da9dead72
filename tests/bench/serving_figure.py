"""The picture of `make bench-serving`: requests a second and memory of each server."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tinysight.whole_file import whole

OURS, OTHERS, LINE = "#1f6f8b", "#b8c4cc", "#8a3b2e"


def draw(rows: Mapping[str, Mapping[str, Any]], path: Path) -> None:
    """Draws two rows of bars side by side; the line is the ceiling."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    names = [name for name in rows if name != "ceiling"][::-1]
    colours = [OURS if name == "tinysight" else OTHERS for name in names]
    figure, (speed, memory) = pyplot.subplots(1, 2, figsize=(9, 3), sharey=True, layout="constrained")
    for axes, key, title in ((speed, "requests_per_s", "requests a second"), (memory, "pss_mib", "memory, MiB")):
        bars = axes.barh(names, [rows[name][key] for name in names], color=colours)
        axes.bar_label(bars, fmt="%.0f", padding=3, fontsize=8)
        axes.set_title(title, fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(x=0.12)
    ceiling = rows["ceiling"]["requests_per_s"]
    speed.axvline(ceiling, color=LINE, linestyle=":", linewidth=1)
    speed.text(ceiling, -0.4, "without HTTP ", color=LINE, fontsize=8, ha="right")
    with whole(path) as draft:
        figure.savefig(draft, dpi=90, format="png", metadata={"Software": None})
    pyplot.close(figure)
