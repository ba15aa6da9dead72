"""What is expected of pictures: keys that may be left out, with limits, and so many times as much of them."""

import pytest
import yaml
from projects import ROOT

from tinysight.config import compose_params, compose_text
from tinysight.errors import ConfigError
from tinysight.params import ExpectedParams, parse_params

FURTHER = {"scale": 0.1, "brightness": 0.2, "contrast": 0.3, "blur": 0.01, "noise": 0.05, "jpeg_quality": 40}


def test_each_further_key_is_none_unless_it_is_stated() -> None:
    content = yaml.safe_load(compose_text(ROOT / "conf"))
    content["evaluate"]["expected"] = {"shift": 0.15, "rotation": 10}
    expected = parse_params(content, origin="params.yaml").evaluate.expected
    assert expected == ExpectedParams(shift=0.15, rotation=10)
    assert {name: getattr(expected, name) for name in FURTHER} == dict.fromkeys(FURTHER, 0) | {"jpeg_quality": 100}
    assert compose_params(ROOT / "conf").evaluate.expected == expected


def test_a_user_states_a_combination_in_one_override() -> None:
    stated = "{shift: 0.1, rotation: 5, " + ", ".join(f"{name}: {value}" for name, value in FURTHER.items()) + "}"
    found = compose_params(ROOT / "conf", [f"evaluate.expected={stated}"]).evaluate.expected
    assert found == ExpectedParams(shift=0.1, rotation=5, **FURTHER)


@pytest.mark.parametrize(("name", "value"), [*((name, 0.95) for name in FURTHER), ("noise", -0.1), ("jpeg_quality", 4)])
def test_what_is_beyond_the_limits_is_an_error_that_names_the_key(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=rf"evaluate\.expected\.{name}: .*Received: {value}"):
        compose_params(ROOT / "conf", [f"evaluate.expected.{name}={value}"])


def test_twice_as_much_is_twice_of_everything() -> None:
    found = ExpectedParams(shift=0.15, rotation=10, **{**FURTHER, "jpeg_quality": 80}).times(2)
    assert found.model_dump() == pytest.approx({
        "shift": 0.3, "rotation": 20, "scale": 0.2, "brightness": 0.4, "contrast": 0.6, "blur": 0.02, "noise": 0.1,
        "jpeg_quality": 60,
    })  # fmt: skip


def test_so_many_times_stays_within_what_is_allowed() -> None:
    found = ExpectedParams(shift=0.4, rotation=120, **FURTHER).times(20)
    assert ExpectedParams.model_validate(found.model_dump()) == found
    assert (found.shift, found.rotation, found.jpeg_quality) == (0.5, 180, 5)
    assert ExpectedParams(shift=0.15, rotation=10).times(1.5).jpeg_quality == 100
