"""What is advised against a weakness makes copies vary more than they do today, never less."""

import re

import pytest
from tiny_datasets import make_params

from tinysight.evaluation.distortions import DISTORTIONS
from tinysight.evaluation.remedies import KEYS, more_copies, present, stronger
from tinysight.params import AugmentParams

LEVELS = {kind.name: kind.levels[2] for kind in DISTORTIONS}


def augment(*overrides: str) -> AugmentParams:
    return make_params(*overrides).augment


def followed(options: str, *overrides: str) -> AugmentParams:
    """The augmentation of one who follows the advice; composing it checks what is allowed."""
    return augment(*overrides, *re.findall(r"-S (\S+)", options))


@pytest.mark.parametrize("proposal", ["camera", "daylight", "tutorial", "none"])
@pytest.mark.parametrize("kind", LEVELS)
def test_who_follows_the_advice_trains_on_what_the_model_bears_badly_and_loses_nothing(kind: str, proposal: str):
    today = augment(f"augment={proposal}")
    then = followed(stronger({kind: LEVELS[kind]}, today), f"augment={proposal}")
    sign = -1 if kind == "JPEG" else 1
    assert sign * getattr(then, KEYS[kind]) >= sign * LEVELS[kind]
    assert then.copies > 0
    changed = {name for name, value in today if getattr(then, name) != value}
    assert changed <= {KEYS[kind], "copies"}
    for name in changed:
        sign = -1 if name == "jpeg_quality" else 1
        assert sign * getattr(then, name) > sign * getattr(today, name)


@pytest.mark.parametrize(
    ("kind", "level", "override", "advice"),
    [
        ("shift", 0.1, "augment.shift=0.15", ""),  # 0.1 would be less than today
        ("shift", 0.15, "augment.shift=0.15", ""),
        ("shift", 0.2, "augment.shift=0.15", "-S augment.shift=0.2"),
        ("rotation", 15.0, "augment.rotation=10", "-S augment.rotation=15"),
        ("scale", 0.2, "augment.zoom=0.3", ""),
        ("noise", 0.1, "augment.noise=0.05", "-S augment.noise=0.1"),
        ("JPEG", 50.0, "augment.jpeg_quality=100", "-S augment.jpeg_quality=50"),
        ("JPEG", 50.0, "augment.jpeg_quality=30", ""),  # 50 would spoil less than today
        ("shift", 0.1, "augment.copies=0", "-S augment.copies=2"),  # a range without copies does nothing
    ],
)
def test_nothing_is_advised_that_copies_show_already(kind: str, level: float, override: str, advice: str):
    assert stronger({kind: level}, augment(override)) == advice


def test_several_kinds_are_one_command():
    found = stronger({"shift": 0.2, "rotation": 5.0, "brightness": 0.3}, augment())
    assert found == "-S augment.shift=0.2 -S augment.brightness=0.3"


@pytest.mark.parametrize(
    ("copies", "advice"),
    [(2, "-S augment.copies=5"), (5, "-S augment.copies=10"), (30, "-S augment.copies=50"), (50, "")],
)
def test_more_copies_are_more_than_there_are(copies: int, advice: str):
    assert more_copies(augment(f"augment.copies={copies}")) == advice
    assert followed(advice).copies >= 2


def test_what_copies_show_today_is_named_by_its_key():
    assert present("scale", augment("augment.zoom=0.25")) == "`augment.zoom` is 0.25"
