"""The candidate that always answers the most frequent class: what any other must beat."""

import keras
import numpy as np
from keras import ops

from tinysight.models.fitted import Fitted
from tinysight.models.training_data import TrainingData


@keras.saving.register_keras_serializable("tinysight")
class ClassFrequencies(keras.layers.Layer):  # type: ignore[misc] # Keras ships no types
    """The same logits for every picture: the logarithm of how frequent each class is."""

    def __init__(self, logits: list[float], **options: object) -> None:
        super().__init__(**options)
        self.logits = [float(logit) for logit in logits]

    def call(self, images: keras.KerasTensor) -> keras.KerasTensor:
        """(N, S, S, 3) to (N, classes)."""
        nothing = ops.cast(images[:, 0, 0, :1], "float32") * 0.0  # (N, 1)
        return nothing + ops.convert_to_tensor([self.logits], dtype="float32")

    def get_config(self) -> dict[str, object]:
        """What the layer is made from when it is loaded."""
        return {**super().get_config(), "logits": self.logits}


def fit(data: TrainingData) -> Fitted:
    """Counts the train rows of each class; one more each, so that none is impossible."""
    counts = np.bincount(data.labels[data.train_rows], minlength=len(data.class_names)) + 1.0
    images = keras.Input((data.image_size, data.image_size, 3), dtype="uint8", name="image")
    logits = ClassFrequencies(list(np.log(counts / counts.sum())), name="logits")(images)
    return Fitted(keras.Model(images, logits, name="majority"), (), 0, len(data.train_rows))
