"""Colours that every eye can tell apart and read, on light ground, on dark and on a projector."""

from itertools import combinations

import pytest

from explorer.app import theme
from explorer.figures import palette

from .colours import VISION, apart, contrast

FAMILIES = {"roles": palette.ROLES, "schedules": palette.SCHEDULES, "samplers": palette.SAMPLERS}
LIGHT, DARK = "#ffffff", "#111418"  # explorer/app/theme.py
GROUNDS = {  # the ground, the ink on it, and the contrast that it needs (WCAG 2.2, 1.4.3 and 1.4.6)
    "light": (LIGHT, lambda ink: ink.light, 4.5),
    "dark": (DARK, lambda ink: ink.dark, 4.5),
    "projector": (LIGHT, lambda ink: palette.STRONG.get(ink.light, ink.light), 7.0),
    "dark projector": (DARK, lambda ink: ink.dark, 7.0),
}


def test_the_grounds_are_those_of_the_theme():
    built = theme.theme()
    assert (built.body_background_fill, built.body_background_fill_dark) == (LIGHT, DARK)


@pytest.mark.parametrize("ground", GROUNDS)
def test_every_ink_can_be_read_as_text(ground):
    behind, seen, least = GROUNDS[ground]
    inks = {name: seen(ink) for family in FAMILIES.values() for name, ink in family.items()}
    low = {name: contrast(ink, behind) for name, ink in inks.items()}
    assert min(low.values()) >= least, low


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("ground", GROUNDS)
def test_inks_of_a_family_differ_in_colour_or_in_line(ground, vision):
    """20 in L*a*b* is another colour at a glance; nearer ones have another line as well."""
    _, seen, _ = GROUNDS[ground]
    for family in (palette.SCHEDULES, palette.SAMPLERS):
        for a, b in combinations(family, 2):
            far = apart(seen(family[a]), seen(family[b]), vision) >= 20
            assert far or family[a].dash != family[b].dash, (a, b)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("ground", GROUNDS)
def test_the_three_roles_are_three_colours_to_every_eye(ground, vision):
    _, seen, _ = GROUNDS[ground]
    inks = [seen(ink) for ink in palette.ROLES.values()]
    assert min(apart(a, b, vision) for a, b in combinations(inks, 2)) >= 10


def test_a_dichromat_sees_what_machado_and_others_tabulate():
    """White stays white; red and green of one lightness fall together where the red cone fails."""
    assert all(apart("#ffffff", "#ffffff", vision) == 0 for vision in VISION)
    assert apart("#b84e00", "#8a6500", "protanopia") < 5 < 30 < apart("#b84e00", "#8a6500")
