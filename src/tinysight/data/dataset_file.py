"""Writes conf/dataset/mine.yaml with words for people, and makes it the default data set."""

import json
import re
from pathlib import Path

from tinysight.errors import ConfigError
from tinysight.params import FolderParams
from tinysight.whole_file import write_whole

NAME = "mine"

TEXT = """\
# Your pictures: {pictures:,} in {classes} classes when they were imported. Every line may be edited;
# run `make params` and `dvc repro` afterwards. All of it travels inside the model.
kind: folder
name: {name} # the registered model is called the same

# One folder a class, any depth below it; under `dvc add`. data/raw/manifest.csv may say what folders cannot: with the
# columns path, class_name, split, group and origin, it gives a picture another class name, a side (train, val, test)
# that it keeps, and what it belongs together with. Pictures without a row have their folder's class and no side.
path: data/raw

# Pixels, height and width: what the models see. Larger shows finer detail and is slower:
# twice the size takes about four times as long to train and to answer.
image_size: {image_size}

# How a picture of another shape becomes square: pad keeps all of it and adds edges, crop cuts off
# what is too long, stretch changes its shape (only for pictures that all share one shape).
fit: {fit}

# Red, green and blue behind transparent pixels and in padded edges.
background: {background}

# In grey pictures of more than 8 bits: the counts that become black and white.
# null where there are none; 16-bit pictures are then taken from 0 to 65535.
window: {window}

# What belongs together (one slide, patient, device, session, burst) and so must stay on one side of the
# split: a regular expression on the path whose brackets find its name, for instance '/(patient\\d+)_'.
group_pattern: {group_pattern}

# Where manifest.csv gives sides, and near-duplicates or a group stand on two of them: refuse stops there,
# leave_out keeps test whole (then val) and puts the other ones on no side.
leaks: {leaks}
"""


def write_dataset_file(conf: Path, params: FolderParams, *, pictures: int, classes: int) -> Path:
    """Writes conf/dataset/mine.yaml; an older one is replaced.

    Returns:
        the file.
    """
    text = TEXT.format(
        pictures=pictures,
        classes=classes,
        name=json.dumps(params.name),
        image_size=params.image_size,
        fit=params.fit,
        background=list(params.background),
        window=json.dumps(params.window),
        group_pattern=json.dumps(params.group_pattern),
        leaks=params.leaks,
    )
    target = dataset_file(conf)
    write_whole(target, text)
    return target


def dataset_file(conf: Path) -> Path:
    """Where the imported data set is described."""
    return conf / "dataset" / f"{NAME}.yaml"


def make_default(conf: Path) -> None:
    """Sets `dataset: mine` in conf/config.yaml and leaves everything else as it is.

    Raises:
        ConfigError: if its defaults list has no line for the data set.
    """
    path = conf / "config.yaml"
    text, found = re.subn(
        r"(?m)^(\s*-\s+dataset:\s+)[^\s#]+", rf"\g<1>{NAME}", path.read_text(encoding="utf-8"), count=1
    )
    if not found:
        raise ConfigError(f"{path} has no line `- dataset: NAME` in its defaults list. Add `- dataset: {NAME}`.")
    write_whole(path, text)
