"""From a candidate's parameters to the trained candidate, whatever its kind."""

from typing import assert_never

from tinysight.models import majority, mlp, small_cnn, svm, tutorial_cnn
from tinysight.models.fitted import Fitted
from tinysight.models.networks import Network, fit_network
from tinysight.models.training_data import TrainingData
from tinysight.params import (
    MajorityParams,
    MlpParams,
    ModelParams,
    SmallCnnParams,
    SvmParams,
    TrainParams,
    TutorialCnnParams,
)  # fmt: skip


def fit_candidate(params: ModelParams, data: TrainingData, settings: TrainParams, seed: int) -> Fitted:
    """Trains one candidate.

    Args:
        params: its own section of params.yaml.
        data: what it learns from.
        settings: how long networks train.
        seed: of the weights and the order of batches.

    Raises:
        ModelError: if the training runs away.
    """
    size, classes = data.image_size, len(data.class_names)
    match params:
        case MajorityParams():
            return majority.fit(data)
        case SvmParams():
            return svm.fit(params, data)
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
    return fit_network(network, data, settings, seed)
