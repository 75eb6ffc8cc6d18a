"""A brand's colours as a stylesheet: what it chose, moved only as far as it must be to be readable."""

import re
from collections.abc import Iterator, Mapping
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
_CHOICES: Final = frozenset({"accent", "accent_dark", "heading_font"})
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


def problems(look: Any) -> Iterator[str]:
    """Yield what is no colour and no font, and what is called something else than the three that can be chosen."""
    if not isinstance(look, dict):
        yield "must be a mapping"
        return
    yield from (f"{name}: there are accent, accent_dark and heading_font" for name in look.keys() - _CHOICES)
    for name in ("accent", "accent_dark"):
        if name in look and _colour(look[name]) is None:
            yield f"{name} must be a colour like #1d4a5f, in quotes"
    if "heading_font" in look and not _family(look["heading_font"]):
        yield "heading_font must be names of fonts, with commas between them"


def moved(look: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    """Yield the colours that could not be read on their ground: which, what becomes of it, and its own contrast there.

    Source: WCAG 2.2, 1.4.3: a ratio of 4.5 for text.
    """
    for name, ground, towards in (("accent", _LIGHT_GROUND, _BLACK), ("accent_dark", _DARK_GROUND, _WHITE)):
        chosen = _colour(look.get(name))
        if chosen and contrast(chosen, ground) < _READABLE:
            yield name, _hex(_until_readable(chosen, on=ground, towards=towards)), contrast(chosen, ground)


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
