"""The forty pictures as labelling programs write them."""

from forty_pictures import Format

ANNOTATED: tuple[Format, ...] = ()
