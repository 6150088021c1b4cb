"""HTML that is safe by construction: every text is escaped unless it is an element. Pure."""

from html import escape
from typing import Any

_EMPTY = frozenset(("meta", "rect", "br", "hr"))


class Safe(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(name: str, /, *children: object, **attributes: Any) -> Safe:
    """Return an element. `class_` and `aria_label` are the attributes `class` and `aria-label`.

    A child of None is left out, and an attribute of None, too; True is an attribute without value.
    """
    said = "".join(
        f" {key.strip('_').replace('_', '-')}" + ("" if value is True else f'="{_text(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _EMPTY:
        return Safe(f"<{name}{said}>" if name != "rect" else f"<{name}{said}/>")
    return Safe(f"<{name}{said}>{joined(*children)}</{name}>")


def joined(*children: object) -> Safe:
    """Return children one after the other."""
    return Safe("".join(_text(one) for one in children if one is not None))


def _text(value: object) -> str:
    if isinstance(value, Safe):
        return value
    if isinstance(value, float):
        return f"{value:.1f}"
    return escape(str(value), quote=True)
