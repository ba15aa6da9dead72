"""How any network is trained: batches from mapped files, val after each epoch, the best weights kept."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from tinysight.errors import ModelError
from tinysight.imaging import Pixels
from tinysight.models.batches import TrainBatches, ValBatches
from tinysight.models.checkpoints import Checkpoint
from tinysight.models.epoch_bar import EpochBar
from tinysight.models.fitted import Epoch, Fitted
from tinysight.models.keep_best import KeepBest, Weights
from tinysight.models.training_data import TrainingData
from tinysight.params import TrainParams

CPU_INFO = Path("/proc/cpuinfo")
CHANCE = 2  # standard errors, by which the luckiest of some epochs seems better than one that is as good
BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}


@dataclass(frozen=True)
class Recipe:
    """How one kind of network learns.

    Attributes:
        optimizer: with its learning rate or schedule.
        loss: of integer labels and logits.
        stops_early: False where the schedule must come to its end.
        keeps_best: whether the weights with the least val loss are kept even where a schedule came to its end.
    """

    optimizer: keras.optimizers.Optimizer
    loss: keras.losses.Loss
    stops_early: bool
    keeps_best: bool = False


@dataclass(frozen=True)
class Network:
    """What a network's file gives to its training.

    Attributes:
        build: makes the untrained model.
        recipe: how it learns in a number of steps.
        bfloat16: whether it may train in bfloat16 where the CPU computes it; the result is float32.
    """

    build: Callable[[], keras.Model]
    recipe: Callable[[int], Recipe]
    bfloat16: bool = False


def fit_network(
    network: Network,
    data: TrainingData,
    settings: TrainParams,
    seed: int,
    checkpoint: Path | None = None,
    watchers: Sequence[keras.callbacks.Callback] = (),
) -> Fitted:
    """Trains a network and keeps the weights with the least val loss.

    Where a schedule came to its end, it keeps those of the last epoch instead, unless val shows that they are worse:
    which of the late epochs is best on a few hundred val pictures is mostly chance. Learned from 2,500 digits or 4,000
    pictures of Fashion-MNIST, the last epoch named 1 and 3 pictures in 1,000 more than the one with the least val loss
    (10 trainings), and the mean of the weights of the last two, three or four epochs named no more than it. A recipe
    may keep the best all the same.

    Args:
        network: what is trained, and how.
        data: what it learns from.
        settings: how long, and how classes are balanced.
        seed: of the weights and the order of batches.
        checkpoint: the folder of this very training, from whose last epoch it goes on; None always starts anew.
        watchers: what else is told of each epoch: a logger, or tuning, which may end the training.

    Raises:
        ModelError: if the loss is no longer a number.
    """
    keras.utils.set_random_seed(seed)
    size = data.batch_size(settings.batch_size)
    epochs = data.epochs(settings.epochs, settings.max_images)
    batches = TrainBatches(data, size, seed, settings.clean, data.steps(epochs, settings.max_images, size))
    recipe = network.recipe(epochs * len(batches))
    model = _build(network)
    model.compile(recipe.optimizer, recipe.loss, metrics=["accuracy"])
    best = KeepBest(settings.patience if recipe.stops_early else epochs)
    saved = Checkpoint(checkpoint, best)
    saved.restore(model)
    batches.begin(saved.epochs)
    model.fit(
        batches,
        validation_data=ValBatches(data),
        epochs=saved.epochs if best.waited >= best.patience else epochs,
        initial_epoch=saved.epochs,
        class_weight=data.class_weights(settings.balance),
        shuffle=False,  # the batches are drawn anew after each epoch
        verbose=0,
        callbacks=[
            *(StopAtNan(), best, saved, EpochBar(model.name, epochs, (len(batches), size), saved.epochs)),
            *watchers,
        ],
    )
    if best.waited and not (recipe.stops_early or recipe.keeps_best):  # else the last epoch is the best one
        _take_unless_worse(model, best.last, data)
    curves = _curves(saved.curves)
    return Fitted(_in_float32(network, model), curves, len(curves), len(data), saved.earlier_seconds)


class StopAtNan(keras.callbacks.Callback):  # type: ignore[misc] # Keras ships no types
    """Ends a training whose loss is lost: it would never come back."""

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Looks at both losses.

        Raises:
            ModelError: if one of them is no number.
        """
        for name in ("loss", "val_loss"):
            value = (logs or {}).get(name, 0.0)
            if not math.isfinite(value):
                raise ModelError(
                    f"{name} became {value} in epoch {epoch + 1}: the training ran away."
                    " Lower learning_rate in conf/model, then run `tinysight params` and `tinysight retry`."
                )


class SmoothedLoss(keras.losses.Loss):  # type: ignore[misc]
    """Cross-entropy of integer labels, a share of which is spread over all classes."""

    def __init__(self, smoothing: float) -> None:
        super().__init__(name="loss")
        self.smoothing = smoothing

    def call(self, labels: keras.KerasTensor, logits: keras.KerasTensor) -> keras.KerasTensor:
        """(N,) int and (N, classes) to (N,)."""
        wanted = keras.ops.one_hot(keras.ops.reshape(labels, (-1,)), logits.shape[-1], dtype="float32")
        return keras.losses.categorical_crossentropy(wanted, logits, from_logits=True, label_smoothing=self.smoothing)


def constant_rate(learning_rate: float) -> Recipe:
    """Adam at one rate, stopped when val no longer improves."""
    return Recipe(keras.optimizers.Adam(learning_rate), SmoothedLoss(0.0), stops_early=True)


def computes_bfloat16(cpu_info: Path = CPU_INFO) -> bool:
    """Whether this CPU has instructions for bfloat16; without them it is slower than float32."""
    try:
        return not BFLOAT16_FLAGS.isdisjoint(cpu_info.read_text(encoding="utf-8").split())
    except OSError:
        return False


def predict_logits(model: keras.Model, data: TrainingData) -> NDArray[np.float32]:
    """(v, classes) logits of the val rows, a batch at a time."""
    return np.concatenate([logits_of(model, images) for images in data.val_batches()])


def logits_of(model: keras.Model, images: Pixels) -> NDArray[np.float32]:
    """(N, classes) logits of one batch."""
    return np.asarray(model.predict_on_batch(images), dtype=np.float32)


def _take_unless_worse(model: keras.Model, weights: Weights, data: TrainingData) -> None:
    """Gives a model other weights; its own come back if val rows cost more by more than CHANCE standard errors."""
    own, before = model.get_weights(), val_losses(model, data)
    model.set_weights(weights)
    more = val_losses(model, data) - before
    if not more.mean() <= CHANCE * more.std() / math.sqrt(len(more)):  # also where it is no number
        model.set_weights(own)


def val_losses(model: keras.Model, data: TrainingData) -> NDArray[np.float64]:
    """(v,) the cross-entropy of each val row."""
    logs = log_softmax(predict_logits(model, data).astype(np.float64), axis=1)
    return -np.asarray(logs[np.arange(len(logs)), data.val_labels])


def _build(network: Network) -> keras.Model:
    before = keras.config.dtype_policy()
    wanted = "mixed_bfloat16" if network.bfloat16 and computes_bfloat16() else "float32"
    keras.config.set_dtype_policy(wanted)
    try:
        return network.build()
    finally:
        keras.config.set_dtype_policy(before)


def _in_float32(network: Network, trained: keras.Model) -> keras.Model:
    model = network.build()
    model.set_weights(trained.get_weights())
    return model


def _curves(history: dict[str, list[float]]) -> tuple[Epoch, ...]:
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    rows = zip(*(history[name] for name in names), strict=True)
    return tuple(Epoch(number, *map(float, row)) for number, row in enumerate(rows, 1))
