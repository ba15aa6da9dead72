"""What conf/tune says becomes what Optuna draws from, and what it draws becomes what params.yaml writes."""

import optuna
from hypothesis import given
from hypothesis import strategies as st
from tiny_datasets import make_params

from tinysight.params.tune import Choices, PruningParams, Range, TuneParams, with_values
from tinysight.tuning.space import distributions, drawn_from, values_of

PRUNING = PruningParams(trials=5, epochs=3)
MLP = TuneParams(
    space={
        "side": Range(low=16, high=40, step=4),
        "hidden": Choices(choices=([64], [256, 128])),
        "dropout": Range(low=0.0, high=0.5),
        "learning_rate": Range(low=0.0001, high=0.01, log=True),
    },
    pruning=PRUNING,
)


@given(st.integers(0, 2**32 - 1))
def test_whatever_is_drawn_lies_in_the_space_and_fits_the_candidate(seed: int) -> None:
    sampler = optuna.samplers.RandomSampler(seed=seed)
    trial = optuna.create_study(sampler=sampler).ask(distributions(MLP))
    values = values_of(MLP, trial.params)
    assert all(values[key] in tried for key, tried in MLP.space.items())
    assert with_values(make_params().models["mlp"], values).model_dump(include=set(values)) == {
        **values, "hidden": tuple(values["hidden"])
    }  # fmt: skip


def test_present_values_inside_the_space_count_as_drawn() -> None:
    drawn = drawn_from(MLP, make_params().models["mlp"])
    assert drawn == {"side": 28, "hidden": "[256, 128]", "dropout": 0.2, "learning_rate": 0.001}
    assert values_of(MLP, drawn)["hidden"] == [256, 128]


def test_present_values_that_tuning_could_not_come_upon_are_left_out() -> None:
    space = {"side": Range(low=18, high=30, step=3), "gamma": Range(low=0.5, high=8.0), "c": Choices(choices=(1, 10))}
    svm = make_params().models["svm"]  # side 32, several values of gamma and c
    assert drawn_from(TuneParams(space=space, pruning=PRUNING), svm) == {}
