"""How a source says what it did not take."""

from collections.abc import Sequence

from tinysight.data.sources.disk import readable


def passed_over(which: str, names: Sequence[str], why: str = "", *, what: str = "picture") -> list[str]:
    """One note: how many, which, the first one, and why; none where there are none.

    Args:
        which: follows `pictures`, for instance `without a label`.
        names: of what was passed over.
        why: the reason, where it does not follow from the rest.
        what: in the singular.
    """
    if not names:
        return []
    many = what if len(names) == 1 else f"{what}{'es' if what.endswith(('x', 's')) else 's'}"
    return [f"{len(names)} {many} {which}, for instance {readable(names[0])}: passed over{why and f', since {why}'}."]
