"""What tuning tries, in Optuna's words and back."""

import json
from collections.abc import Mapping
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from tinysight.params import CandidateParams
from tinysight.params.tune import Choices, Range, TuneParams

Space = dict[str, BaseDistribution]


def distributions(tune: TuneParams) -> Space:
    """By key, what Optuna draws from; choices are JSON text, since Optuna keeps no lists."""
    return {key: _distribution(tried) for key, tried in tune.space.items()}


def values_of(tune: TuneParams, drawn: Mapping[str, Any]) -> dict[str, Any]:
    """What Optuna has drawn, as params.yaml writes it."""
    return {key: json.loads(drawn[key]) if isinstance(tune.space[key], Choices) else drawn[key] for key in drawn}


def drawn_from(tune: TuneParams, section: CandidateParams) -> dict[str, Any]:
    """Those of a candidate's present values that tuning could come upon, as if Optuna had drawn them."""
    present = section.model_dump(mode="json")
    inside = {key: present[key] for key, tried in tune.space.items() if present[key] in tried}
    return {key: json.dumps(value) if isinstance(tune.space[key], Choices) else value for key, value in inside.items()}


def _distribution(tried: Range | Choices) -> BaseDistribution:
    if isinstance(tried, Choices):
        return CategoricalDistribution([json.dumps(value) for value in tried.choices])
    if tried.whole:
        return IntDistribution(int(tried.low), int(tried.high), log=tried.log, step=tried.step)
    return FloatDistribution(float(tried.low), float(tried.high), log=tried.log)
