"""What validate looks for, how strictly, and how bad each finding is."""

from typing import Annotated, Literal

from pydantic import Field

from tinysight.params.section import Positive, Section, Share

Level = Literal["error", "warning", "note", "off"]


class LevelsParams(Section):
    """One key a check: an error stops the pipeline, a warning may explain a bad score, a note harms nothing."""

    unreadable: Level
    small_class: Level
    empty_class: Level
    similar_names: Level
    imbalance: Level
    label_conflict: Level
    same_bytes: Level
    same_pixels: Level
    near_duplicates: Level
    near_conflict: Level
    large_cluster: Level
    unnamed_bursts: Level
    leak: Level
    blank: Level
    odd_size: Level
    odd_aspect: Level
    mixed_colour: Level
    shortcut: Level
    dark: Level
    bright: Level
    blurred: Level
    exif_orientation: Level
    small_images: Level
    label_errors: Level


class ValidateParams(Section):
    """The limits of the checks; conf/validate/default.yaml explains each."""

    smallest_class: Annotated[int, Field(ge=3)]
    largest_quarantine: Share
    group_near_duplicates: bool
    largest_cluster: Share
    confirmed: tuple[str, ...]
    label_error_images: Annotated[int, Field(ge=0)]
    label_errors_shown: Positive
    levels: LevelsParams
