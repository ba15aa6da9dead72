"""From a candidate's parameters to the trained candidate, whatever its kind."""

from pathlib import Path
from typing import assert_never

from tinysight.models import logistic, majority, mlp, small_cnn, svm, transfer, tutorial_cnn
from tinysight.models.fitted import Fitted
from tinysight.models.networks import Network, fit_network
from tinysight.models.training_data import TrainingData
from tinysight.params import (
    LogisticParams,
    MajorityParams,
    MlpParams,
    ModelParams,
    SmallCnnParams,
    SvmParams,
    TrainParams,
    TransferParams,
    TutorialCnnParams,
)  # fmt: skip


def fit_candidate(
    params: ModelParams,
    data: TrainingData,
    settings: TrainParams,
    seed: int,
    cache: Path,
    checkpoint: Path | None = None,
) -> Fitted:
    """Trains one candidate.

    Args:
        params: its own section of params.yaml.
        data: what it learns from.
        settings: how long networks train.
        seed: of the weights and the order of batches.
        cache: .tinysight/cache, for what pretrained networks see.
        checkpoint: the folder of this very training, from which a network goes on; None starts anew.

    Raises:
        ModelError: if the training runs away.
    """
    size, classes = data.image_size, len(data.class_names)
    match params:
        case MajorityParams():
            return majority.fit(data)
        case LogisticParams():
            return logistic.fit(params, data)
        case SvmParams():
            return svm.fit(params, data)
        case TransferParams():
            return transfer.fit(params, data, cache)
        case MlpParams():
            network = Network(lambda: mlp.build(params, size, classes), lambda _: mlp.recipe(params))
        case TutorialCnnParams():
            network = Network(lambda: tutorial_cnn.build(params, size, classes), lambda _: tutorial_cnn.recipe(params))
        case SmallCnnParams():
            network = Network(
                lambda: small_cnn.build(params, size, classes),
                lambda steps: small_cnn.recipe(params, steps),
                bfloat16=True,
            )
        case _:
            assert_never(params)
    return fit_network(network, data, settings, seed, checkpoint)
