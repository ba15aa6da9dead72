"""What conf/tune/<candidate>.yaml holds: the values that tuning tries, and when it gives one up."""

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from tinysight.errors import ConfigError
from tinysight.params.candidate import CandidateParams
from tinysight.params.section import Positive, Section
from tinysight.schema_errors import explanations

FIX = "Edit it, then run `tinysight tune` again."
Number = Annotated[int | float, Field(allow_inf_nan=False)]


class Range(Section):
    """Numbers between two ends, which belong to it; whole ones where both ends are whole.

    Attributes:
        low: the least.
        high: the greatest.
        log: whether the steps are factors: as many values from 1 to 10 as from 10 to 100.
        step: from one whole number to the next.
    """

    low: Number
    high: Number
    log: bool = False
    step: Positive = 1

    @property
    def whole(self) -> bool:
        """Whether it holds whole numbers only."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @model_validator(mode="after")
    def _has_an_inside(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low must be below high; they are {self.low:g} and {self.high:g}")
        if self.log and self.low <= 0:
            raise ValueError(f"with log, low must be above 0; it is {self.low:g}")
        if self.step > 1 and (self.log or not self.whole or (self.high - self.low) % self.step):
            raise ValueError("step is for whole numbers without log, and must lead from low to high")
        return self

    def __contains__(self, value: object) -> bool:
        """Whether tuning could come upon a value."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.low <= value <= self.high:
            return False
        return not self.whole or (isinstance(value, int) and math.remainder(value - self.low, self.step) == 0)


class Choices(Section):
    """Some values, in no order; they may be lists."""

    choices: Annotated[tuple[Any, ...], Field(min_length=2)]

    def __contains__(self, value: object) -> bool:
        """Whether tuning could come upon a value."""
        return json.dumps(value) in map(json.dumps, self.choices)


class PruningParams(Section):
    """When a network is given up: its val accuracy after an epoch is below the median of the others'.

    Attributes:
        trials: so many must have run to their end before.
        epochs: each trial has so many in any case.
    """

    trials: Annotated[int, Field(ge=1)]
    epochs: Annotated[int, Field(ge=0)]


class TuneParams(Section):
    """One file of conf/tune.

    Attributes:
        space: by the key of the candidate's section, what is tried.
        pruning: when a trial is stopped.
    """

    space: Annotated[dict[str, Range | Choices], Field(min_length=1)]
    pruning: PruningParams


def parse_tune(content: Mapping[str, Any], section: CandidateParams, *, origin: str) -> TuneParams:
    """Checks what is to be tried against the schema, and the values against the candidate's own section.

    Args:
        content: plain values, as YAML gives them.
        section: the candidate as params.yaml has it.
        origin: what to name in an error, for instance `conf/tune/svm.yaml`.

    Raises:
        ConfigError: with a line for each wrong key.
    """
    try:
        tune = TuneParams.model_validate_json(json.dumps(content))
    except ValidationError as error:
        lines = "\n".join(f"{origin}: {line}" for line in explanations(error, TuneParams, content))
        raise ConfigError(f"{lines}\n{FIX}") from None
    lines = "\n".join(f"{origin}: space.{line}" for key in tune.space for line in _wrong(key, tune.space[key], section))
    if lines:
        raise ConfigError(f"{lines}\n{FIX}")
    return tune


def with_values(section: CandidateParams, values: Mapping[str, Any]) -> CandidateParams:
    """The candidate with other values.

    Raises:
        ValidationError: if they do not go together.
    """
    return type(section).model_validate_json(json.dumps({**section.model_dump(mode="json"), **values}))


def _wrong(key: str, tried: Range | Choices, section: CandidateParams) -> list[str]:
    """What is wrong with the ends or the choices of one key; whether values go together is seen in their trial."""
    allowed = [name for name in type(section).model_fields if name != "kind"]
    if key not in allowed:
        return [f"{key} is no key of a candidate of kind {section.kind}. Allowed: {', '.join(allowed)}."]
    lines = []
    for value in tried.choices if isinstance(tried, Choices) else (tried.low, tried.high):
        try:
            with_values(section, {key: value})
        except ValidationError as error:
            found = explanations(error, type(section), {**section.model_dump(mode="json"), key: value})
            lines += [line for line in found if line.startswith((f"{key}:", f"{key}."))][:1]
    return lines
