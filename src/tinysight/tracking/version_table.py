"""The registered versions as a table for people."""

from collections.abc import Sequence
from textwrap import shorten

from tinysight.tracking.version_info import PRODUCTION, VersionInfo

LONGEST = 120  # characters of a reason in a table; `tinysight registry show` has all


def versions_table(versions: Sequence[VersionInfo]) -> str:
    """The versions for people, one line each."""
    if not versions:
        return "No version is registered yet. Run `dvc repro`."
    rows = [("version", "alias", "registered (UTC)", "model", "data", "commit", "decision")]
    for version in versions:
        digests = (version.sha256[:8], version.dataset_digest[:8], version.git_commit[:8])
        rows.append((version.version, ", ".join(version.aliases), version.created, *digests, _decision(version)))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join("  ".join([*(c.ljust(w) for c, w in zip(row, widths, strict=False)), row[6]]) for row in rows)


def _decision(version: VersionInfo) -> str:
    """The last decision about it; what was released and is not in production now says so."""
    past = version.release == "promoted" and PRODUCTION not in version.aliases
    release = "was production" if past else version.release
    return f"{release}: {in_short(version.why)}" if version.why else release


def in_short(why: str) -> str:
    """A reason, or its first words, on one line."""
    return shorten(why, LONGEST, placeholder=" …")
