"""A trained candidate → model.onnx with its contract, and model.int8.onnx of a network."""

import json
import shutil
from typing import TYPE_CHECKING

from tinysight.data.dataset import decoding_of, read_info
from tinysight.data.imageset import ImageSet
from tinysight.data.splits import Split
from tinysight.models.start import start_tensorflow
from tinysight.models.status import OK, read_status, write_status
from tinysight.models.training_data import TrainingData, gather
from tinysight.params import Params
from tinysight.paths import INT8, Paths
from tinysight.stages.train import give_up, tell
from tinysight.whole_file import write_whole

if TYPE_CHECKING:
    from tinysight.models.export import Exported


def run(params: Params, paths: Paths, candidate: str) -> None:
    """Exports one candidate; a failed one is passed on.

    Raises:
        DataError: if what it needs is missing or broken.
    """
    status, folder = read_status(paths.train(candidate)), paths.export(candidate)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    if status.failed:
        write_status(folder, status)
        return
    images, split, info = ImageSet.open(paths.dataset), Split.open(paths.split), read_info(paths.dataset)
    data = gather(images, split, ImageSet.open(paths.augmented), info.class_names)

    start_tensorflow()  # here, so that a stage that cannot start says so at once: it takes seconds
    from tinysight.models.export import Provenance, export_model
    from tinysight.models.saved import load_model

    model = load_model(paths.train(candidate))
    provenance = Provenance(info.digest, params.model_digest(candidate))
    try:
        exported = export_model(model, data, decoding_of(params.dataset), params.export, provenance)
        write_whole(folder / "model.onnx", exported.content)
        facts = exported.facts() | {"int8": _int8(params, paths, candidate, exported, data)}
        write_whole(folder / "export.json", _json(facts))
    except Exception as error:  # whatever it is, the other rungs go on
        give_up(folder, candidate, error)
    else:
        write_status(folder, OK)


def _int8(params: Params, paths: Paths, candidate: str, exported: "Exported", data: TrainingData) -> dict[str, object]:
    """Writes model.int8.onnx of a network if wanted; why it cannot be made stands in export.json, for evaluate."""
    from tinysight.models.int8 import quantise

    if not (params.export.int8 and params.models[candidate].bytes_suit):
        return {}
    try:
        made = quantise(exported, data, params.export)
        write_whole(paths.model(candidate + INT8), made.content)
    except Exception as error:  # whatever it is, the float file is good
        return {"failed": tell(candidate + INT8, error).reason}
    return made.facts()


def _json(facts: dict[str, object]) -> bytes:
    return (json.dumps(facts, indent=1) + "\n").encode()
