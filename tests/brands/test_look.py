"""A brand's colours: readable whatever was chosen, and nothing else gets into the stylesheet."""

import re
from itertools import product

import pytest

from requests_app.brands.look import contrast, stylesheet

STEPS = (0, 51, 102, 153, 204, 255)
LIGHT_PAPER, DARK_PAPER = (251, 250, 248), (22, 21, 19)


def colours(sheet: str, name: str) -> list[tuple[int, int, int]]:
    found = re.findall(rf"--{name}: #([0-9a-f]{{2}})([0-9a-f]{{2}})([0-9a-f]{{2}})", sheet)
    return [(int(red, 16), int(green, 16), int(blue, 16)) for red, green, blue in found]


@pytest.mark.parametrize("chosen", list(product(STEPS, repeat=3)))
def test_any_accent_can_be_read_in_both_schemes(chosen: tuple[int, int, int]) -> None:
    sheet = stylesheet({"accent": "#{:02x}{:02x}{:02x}".format(*chosen)})
    for accent, on_accent, tint, paper in zip(
        colours(sheet, "accent"), colours(sheet, "on-accent"), colours(sheet, "accent-tint"), (LIGHT_PAPER, DARK_PAPER), strict=True
    ):
        assert min(contrast(accent, paper), contrast(accent, on_accent), contrast(accent, tint)) >= 4.5


def test_an_accent_that_can_be_read_stays_as_it_was_chosen() -> None:
    assert "--accent: #1d4a5f;" in stylesheet({"accent": "#1d4a5f"})


@pytest.mark.parametrize(
    "hostile", ["red", "#12", "#1d4a5f;} body{display:none}", "url(https://x.example)", None, 7, ["#1d4a5f"], "#1d4a5f\n"]
)
def test_what_is_no_colour_and_no_font_is_left_out(hostile: object) -> None:
    assert stylesheet({"accent": hostile, "accent_dark": hostile, "heading_font": 7}) == ":root {}\n"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ('Didot, "Bodoni MT", serif', '"Didot", "Bodoni MT", serif'),
        ("x;} body{display:none}, Georgia", '"Georgia"'),
        ("\\22 , Georgia", '"Georgia"'),
    ],
)
def test_a_font_is_a_name_and_no_more(typed: str, said: str) -> None:
    assert f"--heading-family: {said};" in stylesheet({"heading_font": typed})


def test_contrast_is_the_one_of_the_guidelines() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)
