"""The model that many pictures are asked of: its bytes, checked once, which every process then loads."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from tinysight.bundle import MODEL
from tinysight.classifier import Classifier
from tinysight.scoring.answers import Source


@dataclass(frozen=True)
class ModelFile:
    """A model file.

    Attributes:
        data: its bytes.
        source: what answers need to know of it.
        image_size: of its input, in pixels.
    """

    data: bytes = field(repr=False)
    source: Source
    image_size: int


def open_model(place: Path) -> ModelFile:
    """Reads a bundle's model, after checking digests and golden pictures, or a bare model.onnx.

    Args:
        place: the folder or the file.

    Raises:
        ConfigError: if there is no such folder or file.
        ModelError: if the model or the bundle around it is not what it promises.
    """
    classifier = Classifier.load(place)
    data = (place / MODEL if place.is_dir() else place).read_bytes()
    contract = classifier.predictor.contract
    sha256 = hashlib.sha256(data).hexdigest()
    source = Source(contract.class_names, contract.unknown_threshold, classifier.model_version, sha256)
    return ModelFile(data, source, contract.image_size)
