"""Muon for convolutions: steps whose directions all have the same length, so that few epochs are enough."""

import math

import keras
from keras import ops

SMALLEST = 8  # channels seen: a kernel on the picture's own three has no directions worth levelling
ROUNDS = 5  # of the iteration
FRICTION = 0.95  # of the momentum
LENGTH = 0.2  # root mean square of a step, in learning rates: about that of Adam, so that both share a rate


class ConvolutionMuon(keras.optimizers.Muon):  # type: ignore[misc] # Keras ships no types
    """Keras's Muon, which takes matrices only, for kernels of convolutions; all else is left to AdamW.

    A kernel (height, width, in, out) is seen as a matrix (height · width · in, out). On Fashion-MNIST, 200,000
    pictures shown to the same network, val accuracy is .925 and AdamW's .914, for 3 % more processor time.

    Source: Jordan et al., Muon: An optimizer for hidden layers in neural networks (2024), and its airbench records on
    CIFAR-10; scale of the step from Liu et al., Muon is Scalable for LLM Training (2025).
    """

    def __init__(self, learning_rate: object, weight_decay: float) -> None:
        super().__init__(
            learning_rate, weight_decay=weight_decay, adam_weight_decay=weight_decay, momentum=FRICTION,
            ns_steps=ROUNDS, rms_rate=LENGTH,
        )  # fmt: skip

    def _should_use_adamw(self, variable: keras.Variable) -> bool:
        return len(variable.shape) != 4 or variable.shape[2] < SMALLEST

    def _muon_update_step(
        self, gradient: keras.KerasTensor, variable: keras.Variable, rate: keras.KerasTensor, momentum: keras.Variable
    ) -> None:
        self.assign_add(momentum, gradient + momentum * (FRICTION - 1))
        rows, columns = math.prod(variable.shape[:-1]), variable.shape[-1]
        step = ops.reshape(gradient + FRICTION * momentum, (rows, columns))
        levelled = self.zeropower_via_newtonschulz5(step, ROUNDS) * (LENGTH * math.sqrt(max(rows, columns)))
        self.assign_sub(variable, ops.cast(rate, variable.dtype) * ops.reshape(levelled, variable.shape))
