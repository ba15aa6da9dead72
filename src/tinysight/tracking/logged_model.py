"""A candidate's model.onnx as a model that MLflow can show, compare and load."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx

from tinysight.contract import Contract
from tinysight.tracking.record import CandidateRecord
from tinysight.tracking.store import Store

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.models import ModelSignature

REQUIREMENTS = ["onnxruntime", "numpy", "pillow"]


def log_onnx(store: Store, run: "Run", candidate: CandidateRecord) -> str:
    """Adds the candidate's model to its run, with signature and input example; returns the model's id."""
    from mlflow.entities import LoggedModelOutput

    assert candidate.model is not None
    logged = store.client.create_logged_model(
        run.info.experiment_id,
        name=candidate.name,
        source_run_id=run.info.run_id,
        params=dict(candidate.params),
        tags={"tinysight.kind": candidate.kind},
        model_type=candidate.kind,
    )
    with tempfile.TemporaryDirectory() as folder:
        save_onnx(candidate.model, Path(folder) / "model")
        store.client.log_model_artifacts(logged.model_id, str(Path(folder) / "model"))
    store.client.finalize_logged_model(logged.model_id, "READY")
    store.client.log_outputs(run.info.run_id, [LoggedModelOutput(logged.model_id, 0)])
    return str(logged.model_id)


def save_onnx(model: Path, folder: Path) -> None:
    """Writes an MLflow model folder in one self-contained ONNX file."""
    import mlflow.onnx

    proto = onnx.load(model)
    contract = Contract.from_metadata({entry.key: entry.value for entry in proto.metadata_props})
    size, classes = contract.image_size, len(contract.class_names)
    mlflow.onnx.save_model(
        proto,
        str(folder),
        signature=_signature(proto, size, classes),
        input_example={proto.graph.input[0].name: np.zeros((1, size, size, 3), dtype=np.uint8)},
        pip_requirements=REQUIREMENTS,  # else MLflow starts a process to guess them
        save_as_external_data=False,
        onnx_execution_providers=["CPUExecutionProvider"],
    )


def delete_logged_models(store: Store, experiment_id: str, run_id: str) -> None:
    """Takes back the models of a run that was not finished."""
    for model in store.client.search_logged_models([experiment_id], f"source_run_id = '{run_id}'"):
        store.client.delete_logged_model(model.model_id)


def _signature(proto: Any, size: int, classes: int) -> "ModelSignature":
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    pixels = TensorSpec(np.dtype(np.uint8), (-1, size, size, 3), proto.graph.input[0].name)
    probabilities = TensorSpec(np.dtype(np.float32), (-1, classes), proto.graph.output[0].name)
    return ModelSignature(inputs=Schema([pixels]), outputs=Schema([probabilities]))
