"""What a version's own held-out pictures are like, so that the service can tell when others come."""

from pathlib import Path

import numpy as np

from tinysight.data.imageset import ImageSet
from tinysight.data.sources.source import open_source
from tinysight.data.splits import Split
from tinysight.drift.pictures import contents, look_at_files
from tinysight.drift.reference import FEWEST, make_reference
from tinysight.drift.reference_file import FILE, to_json
from tinysight.params import Params
from tinysight.paths import Paths
from tinysight.predictor import Predictor

MOST = 2000  # pictures: more make the tests hardly sharper, and each takes as long as a prediction


def drift_reference(params: Params, paths: Paths, model: Path) -> dict[str, bytes]:
    """The file that goes into the bundle, by its name; none where there are too few pictures.

    It is made from source files of val and test, which no candidate was trained on and nobody has augmented, decoded
    and classified as the service does. Their digests put them into an order that has nothing to do with what they show.

    Raises:
        ModelError: if the model cannot be loaded.
        DataError: if the source cannot be read.
    """
    samples, split = ImageSet.open(paths.dataset).samples, Split.open(paths.split)
    files = open_source(params.dataset, paths.root)
    held_out = [samples[row] for row in np.concatenate([split.val, split.test]).tolist()]
    chosen = sorted((sample for sample in held_out if sample.path in files), key=lambda sample: sample.digest)[:MOST]

    predictor = Predictor(model)
    looked, _ = look_at_files(predictor, contents(files[sample.path].read for sample in chosen))
    if len(looked.values) < FEWEST:
        return {}
    return {FILE: to_json(make_reference(looked, predictor.contract.class_names))}
