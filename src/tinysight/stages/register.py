"""Publishes the runs, registers the chosen model and decides about the release: reports/release.md."""

from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.tracking.decision import release_text
from tinysight.tracking.release import release
from tinysight.whole_file import write_whole


def run(params: Params, paths: Paths) -> None:
    """Writes reports/release.md once the registry holds what it says.

    Raises:
        DataError: if the pipeline's files are not all there.
        TrackingError: if the tracking store cannot be used; the results stay on disk.
    """
    decision = release(params, paths)
    write_whole(paths.release, release_text(decision))
    print(decision.line())
