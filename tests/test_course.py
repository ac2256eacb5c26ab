"""The machinery of the lessons: comparing, checking, figures, animations."""

import io
import re
from importlib import import_module

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.course import animation, check, checks, compare
from explorer.course.exercises import answers
from explorer.figures import plates
from explorer.schedules import Level
from explorer.words import lessons

from .places import places


def test_compare_prints_the_largest_difference(capsys):
    said = compare("the mean", torch.tensor([1.0, 2.0]), np.array([1.0, 2.5]), within=1)
    assert said is None, "a notebook would print it"
    assert capsys.readouterr().out == "the mean: largest difference from the library 5.0e-01\n"


@pytest.mark.parametrize(
    "mine, library, said",
    [([1.0], [1.1], "differ by 0.1"), ([1.0], [[1.0]], "shape"), ([float("nan")], [1.0], "nan")],
)
def test_compare_refuses_in_a_sentence(mine, library, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        compare("the mean", mine, library)


@pytest.fixture
def judged(monkeypatch):
    monkeypatch.setattr(checks, "_EXERCISES", {})
    monkeypatch.setattr(checks.importlib, "import_module", lambda name: None)

    @checks.exercise("99.1")
    def two(answer):
        if answer() != 2:
            raise checks.Wrong(f"it is {answer()}, and 1 + 1 is more.")


def test_an_exercise_says_what_is_wrong(judged, capsys, monkeypatch):
    for answer in (lambda: 1, ..., lambda: 1 / 0, lambda: 2):
        assert check("99.1", answer) is None, "a notebook would print it"
    assert capsys.readouterr().out.splitlines() == [
        "99.1: not yet. It is 1, and 1 + 1 is more.",
        "99.1: not yet. Nothing is filled in yet: put your answer where the three dots are.",
        "99.1: not yet. Your answer stopped with ZeroDivisionError: division by zero",
        "99.1: right.",
    ]
    monkeypatch.setenv("EXPLORER_STRICT", "1")
    with pytest.raises(AssertionError, match=r"99\.1: it is 1"):
        check("99.1", lambda: 1)
    with pytest.raises(ValueError, match="there is no exercise"):
        check("99.7", 1)


def test_pictures_keep_one_grey_scale():
    plate = plates.pictures(torch.tensor([-1.0, 0.0, 3.0]).view(3, 1, 1, 1), ["a", "b"])
    shown = [float(np.asarray(axis.images[0].get_array()).ravel()[0]) for axis in plate.axes]
    assert shown == [0.0, 0.5, 1.0]
    assert Image.open(io.BytesIO(plate._repr_png_())).format == "PNG"


@pytest.mark.parametrize(
    "titles, columns", [((), None), (["a"] * 3, None), (["a\nb"] * 3, 2), ((), 2), (["a"], 2)]
)
def test_pictures_leave_no_empty_stripe(titles, columns):
    plate = plates.pictures(-torch.ones(3, 1, 8, 16), titles, columns=columns)
    image = np.asarray(Image.open(io.BytesIO(plate._repr_png_())).convert("L"))
    inked = np.flatnonzero((image < 250).any(1))
    empty = np.diff([-1, *inked, len(image)]) - 1
    assert empty.max() <= 10, "pixels, of 96 an inch"


def test_curves_have_the_inks_of_the_project():
    line = plates.Line([0, 1], [1, 2], "DDPM", "ddpm")
    axis = plates.curves([line], "NFE", "error", log="xy").axes[0]
    assert axis.lines[0].get_color() == plates.INKS["ddpm"].light
    assert axis.lines[0].get_linestyle() == ":"
    assert (axis.get_xscale(), axis.get_yscale()) == ("log", "log")


def test_an_animation_is_a_gif_with_all_frames():
    shown = animation([torch.full((2, 1, 4, 4), k / 5) for k in range(6)], "brightening", zoom=2)
    film = Image.open(io.BytesIO(shown.data))
    assert (film.format, film.n_frames, film.size) == ("GIF", 6, (2 * (4 + 2 + 4), 8))
    assert shown.alt == "brightening"


def test_fewer_shades_keep_black_and_white_and_round_the_rest():
    ramp = torch.linspace(-1, 1, 256).view(1, 16, 16)
    film = Image.open(io.BytesIO(animation([ramp], "a ramp", zoom=1, shades=3).data))
    assert np.unique(np.asarray(film.convert("L"))).tolist() == [0, 128, 255]
    full = Image.open(io.BytesIO(animation([ramp], "a ramp", zoom=1).data))
    assert len(np.unique(np.asarray(full.convert("L")))) == 256


def test_every_lesson_names_chapters_that_exist():
    exist = places()
    assert {place for lesson in lessons.load() for place in lesson.see} <= exist


@pytest.mark.parametrize(
    "read, said",
    [
        (lambda: answers.number(True), "a single number"),
        (lambda: answers.number(float("inf")), "this is inf"),
        (lambda: answers.filled(lambda: (1, ...)), "three dots are still there"),
        (lambda: answers.filled(lambda: 1 + ...), "three dots are still there"),
        (lambda: answers.called(lambda: "one"), "returns a str"),
        (lambda: answers.called(lambda: [1.0, 2.0], shape=()), "a single number should come back"),
        (lambda: answers.pair(lambda: (1, 2, 3), names="a and b"), "two numbers, a and b"),
        (lambda: answers.pair(lambda: (1, "2"), names="a and b"), "a single number"),
    ],
)
def test_what_is_no_answer_is_refused_in_a_sentence(read, said):
    with pytest.raises(checks.Wrong, match=re.escape(said)):
        read()


def test_two_numbers_may_come_as_whatever_holds_two():
    for two in (
        (0.6, 0.8),
        [0.6, 0.8],
        Level(0.6, 0.8),
        torch.tensor([0.6, 0.8], dtype=torch.float64),
    ):
        assert answers.pair(lambda two=two: two, names="alpha and sigma") == (0.6, 0.8)
    for other in (0.6, (0.6,), torch.zeros(3)):
        with pytest.raises(checks.Wrong, match="two numbers, alpha and sigma"):
            answers.pair(lambda other=other: other, names="alpha and sigma")
    assert checks.verdict("06.1", 0.016) is checks.verdict("03.b", 828) is None


def test_answers_keep_all_digits_of_float64():
    third = answers.called(lambda: 1 / 3, shape=())
    assert third.item() == 1 / 3 and answers.close(third, 1 / 3 + 1e-10, 1e-9)
    assert not answers.close(third, 1 / 3 + 1e-8, 1e-9)
    assert not answers.close(torch.tensor([0.0, torch.nan]), torch.zeros(2))


def exercises() -> dict:
    """Wrong answers by exercise, of all modules tests/exercises/wrong_NN.py."""
    found = {}
    for lesson in lessons.load():
        try:
            found |= import_module(f"tests.exercises.wrong_{lesson.number:02}").WRONG
        except ModuleNotFoundError:
            continue
    return found


WRONG = exercises()


@pytest.mark.parametrize(
    "number, answer, said",
    [(number, *case) for number, cases in WRONG.items() for case in cases],
)
def test_a_wrong_answer_is_told_what_is_wrong(number, answer, said):
    assert said in (checks.verdict(number, answer) or "right")


@pytest.mark.parametrize("lesson", lessons.load(), ids=lambda lesson: lesson.file)
def test_every_exercise_is_tried_with_a_wrong_answer(lesson):
    module = f"explorer.course.exercises.lesson{lesson.number:02}"
    import_module(module)
    registered = {n for n, judge in checks._EXERCISES.items() if judge.__module__ == module}
    assert registered and registered <= WRONG.keys()
