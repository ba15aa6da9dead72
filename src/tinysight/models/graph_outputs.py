"""What a converted graph tells of pictures, through ONNX Runtime: several times as fast as Keras."""

import numpy as np
import onnx

from tinysight.imaging import Pixels
from tinysight.models.distance import Labels, Outputs, sample_places
from tinysight.models.onnx_file import INPUT
from tinysight.models.training_data import TrainingData
from tinysight.parts import in_parts

BATCH = 64  # pictures: EfficientNet's inner layers take 5 MB for each at 224 pixels


class GraphOutputs:
    """Asks a graph from uint8 `image` to logits and features, as with_features() makes it."""

    def __init__(self, proto: onnx.ModelProto) -> None:
        import onnxruntime

        self._session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])

    def of(self, images: Pixels) -> Outputs:
        """(N, classes + F) of (N, S, S, 3) uint8."""
        return np.asarray(self._session.run(None, {INPUT: images})[0], dtype=np.float32)

    def sample(self, data: TrainingData) -> tuple[Outputs, Labels]:
        """Outputs and labels of the train rows and copies at `sample_places`."""
        places = sample_places(data)
        parts = in_parts(places, data.at_once(BATCH))
        return np.concatenate([self.of(data.images(part)) for part in parts]), data.train_labels[places]

    def val(self, data: TrainingData) -> Outputs:
        """(v, classes + F) of the val rows, in order."""
        return np.concatenate([self.of(images) for images in data.val_batches(BATCH)])
