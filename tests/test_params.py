"""The schema of params.yaml: strict, frozen, and its errors name the key."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from projects import ROOT
from pydantic import ValidationError

from tinysight.errors import ConfigError
from tinysight.params import Params, parse_params, tried

LOCK: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text())


def changed(key: str, value: object) -> dict[str, Any]:
    """The lock with one key set; `None` as a last word of key would be no key at all."""
    content = copy.deepcopy(LOCK)
    *path, last = key.split(".")
    section = content
    for name in path:
        section = section[name]
    section[last] = value
    return content


def parsed(content: dict[str, Any]) -> Params:
    return parse_params(content, origin="params.yaml")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("train.epoks", 3, r"unknown key train\.epoks\. Did you mean epochs\?"),
        ("trian", {}, r"unknown key trian\. Did you mean train\?"),
        ("models.svm.sidee", 1, r"unknown key models\.svm\.sidee\. Did you mean side\?"),
        ("models.svm.quux", 1, r"unknown key models\.svm\.quux\. Remove"),
        ("dataset.imagesize", 28, r"unknown key dataset\.imagesize\. Did you mean image_size\?"),
        ("evaluate.expected.shft", 0.1, r"unknown key evaluate\.expected\.shft\. Did you mean shift\?"),
        ("train.epochs", "ten", r"train\.epochs: .*Received: \"ten\""),
        ("train.epochs", 1.5, r"train\.epochs: .*Received: 1\.5"),
        ("train.epochs", True, r"train\.epochs: .*Received: true"),
        ("train.epochs", 0, r"train\.epochs: .*greater than or equal to 1"),
        ("split.train", 0.8, "train, val and test must sum to 1; they sum to 1.1"),
        ("split.val", 0, r"split\.val: .*greater than 0"),
        ("dataset.kind", "pictures", r"dataset: .*'digits', 'fashion_mnist', 'folder'"),
        ("dataset.image_size", 1, r"dataset\.image_size: .*greater than or equal to 8\. Received: 1\."),
        ("dataset.image_size", 2000, r"dataset\.image_size: .*less than or equal to 1024\. Received: 2000\."),
        ("dataset.fit", "squeeze", r"dataset\.fit: .*'pad', 'crop' or 'stretch'"),
        ("dataset.window", [3000, 1000], "low below high"),
        ("dataset.background", [0, 0, 300], r"dataset\.background\.2: "),
        ("dataset.path", None, r"dataset\.path: "),
        ("models", {}, "models: "),
        ("models.SVM", {"kind": "majority"}, "SVM"),
        (
            "models.svm.c",
            "ten",
            r"params\.yaml: models\.svm\.c: must be a number or a list\. Received: \"ten\"\.\nEdit",
        ),
        ("models.svm.c", -1, r"params\.yaml: models\.svm\.c: must be greater than 0\. Received: -1\.\nEdit"),
        ("models.svm.c", [1, -1], r"params\.yaml: models\.svm\.c\.1: must be greater than 0\. Received: -1\.\nEdit"),
        ("models.svm.kind", "forest", r"models\.svm: .*'svm', 'mlp'"),
        ("models.net_int8", {"kind": "majority"}, "must not end in _int8"),
        ("select.error_costs", {"cat": {"dog": -1}}, r"select\.error_costs\.cat\.dog: .*greater than or equal to 0"),
        ("select.error_costs", {"cat": {"dog": "5"}}, r"select\.error_costs\.cat\.dog: .*Received: \"5\""),
        ("select.error_costs", {"cat": {"cat": 5}}, r"select\.error_costs: a right answer costs nothing, but cat"),
        ("select.error_costs", {"cat": 5}, r"select\.error_costs\.cat: "),
        ("evaluate.service_seconds", -1, r"evaluate\.service_seconds: .*greater than or equal to 0"),
        ("models.svm.gamma", [1, 0], r"models\.svm\.gamma.*greater than 0"),
        ("models.transfer.side", 20, r"models\.transfer\.side.*greater than or equal to 32"),
        ("register.promote", "maybe", r"register\.promote: .*'auto' or 'never'"),
        ("validate.smallest_class", 2, r"validate\.smallest_class: "),
    ],
)
def test_a_wrong_key_is_named_with_what_is_allowed(key: str, value: object, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        parsed(changed(key, value))
    assert str(caught.value).startswith("params.yaml: ")
    assert "make params" in str(caught.value)


def test_a_limit_of_memory_that_nothing_would_measure_is_refused() -> None:
    content = changed("select.budget.memory_mb", 100)
    assert parsed(content).select.budget.memory_mb == 100
    content["evaluate"]["service_seconds"] = 0
    with pytest.raises(ConfigError, match=r"^params\.yaml: select\.budget\.memory_mb .* above 0, or memory_mb to null"):
        parsed(content)


def test_every_wrong_key_has_its_own_line() -> None:
    content = changed("train.epochs", "ten")
    content["augment"]["copies"] = -1
    with pytest.raises(ConfigError) as caught:
        parsed(content)
    assert len(str(caught.value).splitlines()) == 3


def test_a_missing_section_is_named() -> None:
    with pytest.raises(ConfigError, match="evaluate is missing"):
        parsed({k: v for k, v in LOCK.items() if k != "evaluate"})


def test_what_was_parsed_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        parsed(LOCK).train.epochs = 3


@given(st.floats(0.01, 0.98), st.floats(0.01, 0.98))
def test_fractions_are_accepted_just_when_they_sum_to_one(train: float, val: float) -> None:
    rest = 1 - train - val
    content = copy.deepcopy(LOCK)
    content["split"] = {"train": train, "val": val, "test": rest}
    if rest > 0:
        assert parsed(content).split.test == rest
    else:
        with pytest.raises(ConfigError):
            parsed(content)


def test_a_digest_depends_on_its_sections_only() -> None:
    before, after = parsed(LOCK), parsed(changed("models.mlp.dropout", 0.5))
    assert before.digest("seed", "models.svm") == after.digest("seed", "models.svm")
    assert before.digest("models.mlp") != after.digest("models.mlp")
    assert before.digest() != after.digest()


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert parsed(dict(reversed(LOCK.items()))).digest() == parsed(LOCK).digest()


def test_not_a_mapping_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"params\.yaml"):
        parse_params([1, 2], origin="params.yaml")  # type: ignore[arg-type]


def test_one_value_to_try_is_as_good_as_several() -> None:
    one, several = (parsed(changed("models.svm.c", value)).models["svm"].model_dump() for value in (2, [1, 2.5]))
    assert tried(one["c"]) == (2.0,)
    assert tried(several["c"]) == (1.0, 2.5)
