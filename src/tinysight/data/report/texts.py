"""Names and numbers as the page writes them."""

import unicodedata

LONGEST_NAME = 44  # characters
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}  # control, formatting (right to left too), surrogates, line ends

KINDS = {  # Pillow's names for kinds of pixels
    "1": "black and white",
    "L": "grey",
    "LA": "grey, transparent",
    "P": "palette",
    "PA": "palette, transparent",
    "RGB": "colour",
    "RGBA": "colour, transparent",
    "CMYK": "colour for print",
    "I": "grey, 32 bits",
    "F": "grey, fractions",
}


def visible(text: str) -> str:
    """Shows what would not be seen or would turn the text round: a right-to-left override becomes ⟨U+202E⟩."""
    if text.isprintable():
        return text
    return "".join(f"⟨U+{ord(c):04X}⟩" if unicodedata.category(c) in HIDDEN else c for c in text)


def short_name(path: str, class_name: str) -> str:
    """A path without its class's folder, and without its middle where it is long."""
    name = visible(path.removeprefix(f"{class_name}/"))
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME // 3]}…{name[-2 * LONGEST_NAME // 3 + 1 :]}"


def number(value: int) -> str:
    """12345 → 12,345."""
    return f"{value:,}"


def byte_size(value: int) -> str:
    """1234567 → 1.2 MB."""
    for size, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if value >= size:
            return f"{value / size:.{1 if value < 10 * size else 0}f} {unit}"
    return f"{value} bytes"


def percent(share: float) -> str:
    """0.7 → 70 %, 0.1515 → 15.2 %."""
    return f"{round(100 * share, 1):g} %"


def kind_of(mode: str) -> str:
    """Pillow's name for a kind of pixels, in words."""
    return KINDS.get(mode, "grey, 16 bits" if mode.startswith("I;16") else mode)
