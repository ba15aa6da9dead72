"""What tells the class without showing it is found, also for two classes of four; chance is not taken for it."""

import numpy as np
import pytest
from evidences import evidence, from_files, violations
from pictures import SHAPES, draw_mask, draw_scene, encode
from PIL import Image
from tiny_datasets import balanced, sample

from tinysight.data.checks.registry import find_violations
from tinysight.data.evidence import Evidence
from tinysight.data.facts import Facts

PLAIN = Facts(100, 80, "JPEG", "RGB", 1, 100)


def photos(forms: dict[str, str], count: int = 12) -> Evidence:
    """Photos of each class, saved in that class's format; `mixed` alternates."""
    random = np.random.default_rng(5)
    files = []
    for name, form in forms.items():
        for number in range(count):
            kind = ("PNG", "JPEG")[number % 2] if form == "mixed" else form
            files.append((name, encode(draw_scene(SHAPES[number % 4], random)[0], kind)))
    return from_files(files)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "mixed"])
def test_formats_that_do_not_go_with_the_class_are_not_mentioned(form: str) -> None:
    assert "shortcut" not in violations(photos(dict.fromkeys(("cat", "dog", "emu"), form)))


@pytest.mark.parametrize(
    ("forms", "told"),
    [
        ({"cat": "PNG", "dog": "JPEG", "emu": "JPEG"}, "100 % of cat are of format PNG, and 0 % of dog and emu"),
        ({"cat": "PNG", "cow": "PNG", "dog": "JPEG", "emu": "JPEG"}, "100 % of cat and cow are of format PNG"),
        ({"cat": "PNG", "dog": "JPEG", "emu": "mixed", "yak": "JPEG"}, "100 % of cat are of format PNG, and 17 %"),
    ],
)
def test_a_format_that_goes_with_some_classes_is_a_warning(forms: dict[str, str], told: str) -> None:
    found = violations(photos(forms))["shortcut"]
    assert found.level == "warning"
    assert told in found.message
    assert "bring pictures of each class of both kinds" in found.message
    assert {path[:3] for path in found.sets[1]} <= {name for name in forms if forms[name] != "PNG"}
    assert found.details[0] == "of format PNG"


def of_facts(*facts_of_class: list[Facts]) -> Evidence:
    """As many pictures of cat, dog and emu as there are facts."""
    names = ("cat", "dog", "emu")
    samples = [sample(str(n), names[c]) for c, facts in enumerate(facts_of_class) for n in range(len(facts))]
    return evidence(samples, facts=[fact for facts in facts_of_class for fact in facts])


def test_a_size_or_a_kind_of_file_that_goes_with_a_class_is_named() -> None:
    scanner = Facts(2000, 1600, "JPEG", "L", 1, 100)
    known = of_facts([PLAIN] * 20, [PLAIN] * 20, [scanner] * 18 + [PLAIN] * 2)
    messages = [found.message for found in find_violations(known) if found.check == "shortcut"]
    assert [message.split(",")[0] for message in messages] == [
        "90 % of emu are stored as grey",
        "90 % of emu are of size 2000×1600",
    ]


def test_larger_pictures_of_one_class_are_found_though_no_two_sizes_are_equal() -> None:
    small, large = ([Facts(side + n, side + n, "JPEG", "RGB", 1, 9) for n in range(20)] for side in (100, 300))
    assert "larger than 119×119 pixels in all" in violations(of_facts(small, large))["shortcut"].message


def test_the_shape_is_that_of_the_upright_picture() -> None:
    lying, turned = Facts(80, 60, "JPEG", "RGB", 1, 9), Facts(60, 80, "JPEG", "RGB", 6, 9)
    assert "shortcut" not in violations(of_facts([lying, turned] * 10, [lying] * 20))


def test_a_background_that_goes_with_a_class_is_found() -> None:
    """Dogs were photographed on a blue table, the others on a brown one."""
    random = np.random.default_rng(0)
    pixels = random.integers(90, 120, (60, 8, 8, 3)).astype(np.uint8)
    pixels[:, ..., 2] -= 60
    pixels[20:40, ..., 2] += 120
    pixels[:, 2:6, 2:6] = random.integers(0, 255, (60, 4, 4, 3))
    found = violations(evidence(balanced(20), pixels))["shortcut"]
    assert "of dog are with more than" in found.message
    assert "blue at their rim, and 0 % of cat and emu" in found.message


def test_how_much_ink_a_shape_takes_is_no_shortcut() -> None:
    """A disc is darker than a cross on average: that is what the classes are about."""
    random = np.random.default_rng(0)
    masks = [(shape, draw_mask(shape, random, (32, 32))) for _ in range(30) for shape in SHAPES]
    files = [(shape, encode(Image.fromarray(np.uint8(255 - mask * 255)))) for shape, mask in masks]
    assert "shortcut" not in violations(from_files(files))


@pytest.mark.parametrize("seed", range(20))
def test_chance_is_no_shortcut(seed: int) -> None:
    """Ten pictures a class, the fewest that count, and facts drawn without looking at the class."""
    random = np.random.default_rng(seed)
    facts = [
        Facts(*random.integers(50, 500, 2).tolist(), random.choice(["PNG", "JPEG", "WEBP"]), "RGB", 1, 9)
        for _ in range(30)
    ]
    assert "shortcut" not in violations(evidence(balanced(10), facts=facts))


def test_small_classes_say_nothing() -> None:
    png = Facts(100, 80, "PNG", "RGB", 1, 100)
    assert "shortcut" not in violations(of_facts([PLAIN] * 20, [png] * 9))
