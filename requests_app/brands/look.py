"""A brand's colours as a stylesheet: what it chose, moved only as far as it must be to be readable."""

import re
from collections.abc import Mapping
from typing import Any, Final

Colour = tuple[int, int, int]

_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}\Z")
_FAMILY: Final = re.compile(r"[\w \-]{1,40}\Z")
_READABLE: Final = 5.0  # above the 4.5 of WCAG 2.2, 1.4.3: the tint is a darker ground still
_WHITE: Final = (255, 255, 255)
_BLACK: Final = (0, 0, 0)
# The ground that text in the accent colour stands on where contrast is worst: `--sunk` of dsar.css.
_LIGHT_GROUND: Final = (243, 240, 234)
_DARK_GROUND: Final = (39, 37, 33)
_DARK_PAPER: Final = (22, 21, 19)
_TINT: Final = 0.08
_DARK_TINT: Final = 0.16


def stylesheet(look: Mapping[str, Any]) -> str:
    """Return the custom properties that `look` changes: `accent`, `accent_dark` (#rrggbb) and `heading_font`.

    A value that is not understood is left out: what a brand types never reaches the stylesheet as it is.
    """
    rules = [f":root {{{_family(look.get('heading_font'))}{_light(_colour(look.get('accent')))}}}"]
    dark = _colour(look.get("accent_dark")) or _colour(look.get("accent"))
    if dark:
        rules.append(f"@media screen and (prefers-color-scheme: dark) {{ :root {{{_dark(dark)}}} }}")
    return "\n".join(rules) + "\n"


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, 1 to 21. Source: WCAG 2.2, definition of contrast ratio."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _light(accent: Colour | None) -> str:
    if accent is None:
        return ""
    accent = _until_readable(accent, on=_LIGHT_GROUND, towards=_BLACK)
    return _properties(accent, on_accent=_WHITE, tint=_mixed(_WHITE, accent, _TINT))


def _dark(accent: Colour) -> str:
    accent = _until_readable(accent, on=_DARK_GROUND, towards=_WHITE)
    return _properties(accent, on_accent=_mixed(accent, _BLACK, 0.88), tint=_mixed(_DARK_PAPER, accent, _DARK_TINT))


def _properties(accent: Colour, *, on_accent: Colour, tint: Colour) -> str:
    return f" --accent: {_hex(accent)}; --on-accent: {_hex(on_accent)}; --accent-tint: {_hex(tint)}; "


def _family(fonts: object) -> str:
    if not isinstance(fonts, str):
        return ""
    names = [name.strip().strip("\"'") for name in fonts.split(",")]
    generic = {"serif", "sans-serif", "system-ui", "monospace"}
    said = ", ".join(name if name in generic else f'"{name}"' for name in names if _FAMILY.match(name))
    return f" --heading-family: {said}; --heading-weight: 600;" if said else ""


def _until_readable(colour: Colour, *, on: Colour, towards: Colour) -> Colour:
    return next(
        mixed
        for mixed in (_mixed(colour, towards, share / 20) for share in range(21))
        if contrast(mixed, on) >= _READABLE or mixed == towards
    )


def _colour(text: object) -> Colour | None:
    if not isinstance(text, str) or not _HEX.match(text):
        return None
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004  # WCAG's own numbers
