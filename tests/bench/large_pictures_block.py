"""What docs/architecture.md quotes of docs/figures: the memory of the whole ladder on many large pictures."""

from collections.abc import Callable, Mapping

from tests.bench.measured import Figures

MIB = 2**20


def large_pictures(figures: Figures) -> str:
    """The largest stage and its memory, and whether anything ended before its time."""
    found, origin = figures.read("large_pictures"), figures.origin("large_pictures")
    failed = "; ".join(f"{name} failed: {reason}" for name, reason in found["failed"].items())
    return (
        f"The whole ladder on {found['pictures']:,} pictures of {found['side']}×{found['side']} pixels, each stage held"
        f" to {found['limit_mib'] * MIB / 1e9:.0f} GB by the kernel, which ended"
        f" {found['killed'] or 'none'} of its processes. {found['largest']} took most,"
        f" {found['gb']:.2f} GB of its own{'; ' if failed else ''}{failed}. From {origin}."
    )


LARGE_PICTURES_BLOCKS: Mapping[str, Callable[[Figures], str]] = {"large_pictures": large_pictures}
"""By the name of their place."""
