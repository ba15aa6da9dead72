"""Fine-tuning moves the end of a network and nothing else, and never makes it worse on val."""

from pathlib import Path

import keras
import numpy as np
import pytest
from shapes import QUICK, shape_data

from tinysight.models.fine_tuning import fine_tune, thaw
from tinysight.models.networks import predict_logits, val_losses
from tinysight.models.saved import load_model, save_model
from tinysight.models.training import fit_candidate
from tinysight.params import FineTuneParams, TransferParams

PARAMS = FineTuneParams(convolutions=2, epochs=3, learning_rate=0.01)


def seeing(side: int = 16) -> keras.Model:
    """Convolutions with batch norm, and dropout, in a network inside a network, as transfer builds it; a last layer."""
    keras.utils.set_random_seed(0)
    inside = keras.Input((side, side, 3))
    x = inside
    for number in (1, 2, 3):
        x = keras.layers.Conv2D(8, 3, 2, "same", name=f"conv_{number}")(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(name=f"norm_{number}")(x))
    x = keras.layers.Dropout(0.3)(keras.layers.GlobalAveragePooling2D()(x))
    network = keras.Model(inside, x, name="network")
    images = keras.Input((side, side, 3), dtype="uint8", name="image")
    seen = network(keras.layers.Rescaling(1 / 127.5, -1)(images))
    return keras.Model(images, keras.layers.Dense(3, name="logits")(seen), name="transfer")


def weights_by_name(model: keras.Model) -> dict[str, np.ndarray]:
    return {weight.path.removeprefix("network/"): np.asarray(weight) for weight in model.weights}


def test_only_the_last_convolutions_and_the_last_layer_learn():
    solved, data = seeing(), shape_data()
    before = weights_by_name(solved)
    after = weights_by_name(fine_tune(solved, PARAMS, data, QUICK, 0).model)
    moved = {name.split("/")[0] for name in before if not np.array_equal(before[name], after[name])}
    assert moved == {"conv_2", "conv_3", "logits"}


def test_it_is_better_on_val_and_the_solved_model_is_as_it_was():
    solved, data = seeing(), shape_data()
    before = predict_logits(solved, data)
    tuned = fine_tune(solved, PARAMS, data, QUICK, 0)
    wrong = before.argmax(axis=1) != data.val_labels
    assert np.mean(predict_logits(tuned.model, data).argmax(axis=1) != data.val_labels) < wrong.mean()
    assert len(tuned.curves) == PARAMS.epochs
    np.testing.assert_array_equal(predict_logits(solved, data), before)


class Unlucky(keras.callbacks.Callback):
    """Makes the last epoch that of the one before it, a little worse."""

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.weights = self.model.get_weights()

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        if self.model.optimizer.iterations // self.params["steps"] == PARAMS.epochs - 1:
            self.model.set_weights(self.weights)
            bias = self.model.get_layer("logits").bias
            bias.assign(bias + np.array([0.3, -0.3, 0.0]))


def test_the_best_epoch_is_kept_though_the_last_is_hardly_worse():
    data, unlucky = shape_data(), Unlucky()
    tuned = fine_tune(seeing(), PARAMS, data, QUICK, 0, None, [unlucky])
    losses = [epoch.val_loss for epoch in tuned.curves]
    assert np.argmin(losses) < PARAMS.epochs - 1
    assert val_losses(tuned.model, data).mean() == pytest.approx(min(losses), rel=1e-3)


def test_what_is_no_better_on_val_is_dropped():
    """Labels of val that contradict those of train: whatever is learned makes val worse."""
    data = shape_data()
    data.labels[data.val_rows] = (data.labels[data.val_rows] + 1) % 3
    good = fine_tune(seeing(), PARAMS, shape_data(), QUICK, 0).model
    solved = keras.models.clone_model(good)
    solved.set_weights(good.get_weights())
    solved.get_layer("logits").set_weights([0 * one for one in solved.get_layer("logits").get_weights()])
    kept = fine_tune(solved, PARAMS, data, QUICK, 0)
    assert kept.model is solved
    assert len(kept.curves) == PARAMS.epochs


def test_a_network_of_fewer_convolutions_learns_as_a_whole_but_for_batch_norm():
    model = seeing()
    thaw(model, 50)
    learning = {weight.path.removeprefix("network/").split("/")[0] for weight in model.trainable_weights}
    assert learning == {"conv_1", "conv_2", "conv_3", "logits"}


def test_it_goes_on_from_its_last_epoch(tmp_path: Path):
    """Ended in the second epoch, it has the same weights in the end as one that never was."""

    class Ended(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
            if epoch == 2:
                raise KeyboardInterrupt

    data = shape_data()
    with pytest.raises(KeyboardInterrupt):
        fine_tune(seeing(), PARAMS, data, QUICK, 0, tmp_path, [Ended()])
    resumed = predict_logits(fine_tune(seeing(), PARAMS, data, QUICK, 0, tmp_path).model, data)
    whole = predict_logits(fine_tune(seeing(), PARAMS, data, QUICK, 0).model, data)
    np.testing.assert_allclose(resumed, whole, atol=1e-5)


@pytest.mark.slow
def test_transfer_learns_on_where_it_is_asked_and_travels_as_one_file(tmp_path: Path):
    data = shape_data(train=96, val=24)
    params = TransferParams(kind="transfer", backbone="efficientnet_lite0", weights=None, side=32, penalty=1.0,
                            fine_tune=FineTuneParams(convolutions=4, epochs=2, learning_rate=0.001))  # fmt: skip
    fitted = fit_candidate(params, data, QUICK, 0, tmp_path / "cache", tmp_path / "checkpoint")
    assert (fitted.epochs, fitted.earlier_seconds) == (2, 0)
    assert list((tmp_path / "checkpoint").iterdir())
    assert {weight.path.split("/")[-2] for weight in fitted.model.trainable_weights} >= {"block15_project", "head"}
    save_model(tmp_path, fitted.model)
    np.testing.assert_array_equal(predict_logits(load_model(tmp_path), data), predict_logits(fitted.model, data))
    for noted in (tmp_path / "cache" / "features").glob("*.seconds"):  # of pictures, and of copies
        noted.write_text("1000.0")
    again = fit_candidate(params, data, QUICK, 0, tmp_path / "cache", tmp_path / "checkpoint")
    assert 2000 < again.earlier_seconds < 2100  # with the epochs in the checkpoint
