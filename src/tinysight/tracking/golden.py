"""A few held-out pictures that go with a version, so that whoever downloads it can check its answers."""

from pathlib import PurePosixPath

from tinysight.data.imageset import ImageSet
from tinysight.data.sources.source import open_source
from tinysight.data.splits import Split
from tinysight.errors import DataError
from tinysight.params import Params
from tinysight.paths import Paths

MOST = 10
LOOKED_AT = 5  # per class, for the smallest file: ten photos from a phone would be 50 MB


def golden_pictures(params: Params, paths: Paths) -> dict[str, bytes]:
    """One source file of val for each class, at most MOST, by file name.

    Raises:
        DataError: if the source does not hold the files that the data set was made from.
    """
    samples = ImageSet.open(paths.dataset).samples
    files = open_source(params.dataset, paths.root)
    of_label: dict[int, list[str]] = {}
    for row in Split.open(paths.split).val.tolist():
        of_label.setdefault(samples[row].label, []).append(samples[row].path)
    chosen = {}
    for label in sorted(of_label)[:MOST]:
        known = [path for path in of_label[label][:LOOKED_AT] if path in files]
        if not known:
            raise DataError(
                f"{params.dataset.path} does not hold {of_label[label][0]}, which the data set was made from."
                " Run `dvc repro`."
            )
        data, path = min(((files[path].read(), path) for path in known), key=lambda pair: len(pair[0]))
        chosen[f"{label:02d}{PurePosixPath(path).suffix.lower()}"] = data
    return chosen
