"""The file of questions: every chapter has one, every answer is computed, mistakes are named."""

import ast
import json
from pathlib import Path

import gradio as gr
import pytest

from explorer.app.main import build
from explorer.app.tabs import course
from explorer.words import questions

from .places import places

LARGEST = 3_000  # characters of what one chapter gets
GOOD = {
    "choice": {
        "id": "a-choice",
        "place": "Tab/Chapter",
        "kind": "choice",
        "ask": "More or less?",
        "options": ["more", "less"],
        "right": "less",
        "why": "It shrinks.",
        "source": "a table",
    },
}
REST = {key: GOOD["choice"][key] for key in ("place", "ask", "why", "source")}
GOOD["number"] = REST | dict(id="n", kind="number", right=14, low=0, high=100, step=1, unit="%")
GOOD["sketch"] = REST | dict(
    id="s",
    kind="sketch",
    right=[0.5] * 9,
    low=0,
    high=1,
    x="t",
    x_low=0,
    x_high=8,
    y="α",
    words="w",
)


def toml(*rows: dict) -> str:
    """Questions as TOML, in which JSON's texts, numbers and lists are written alike."""
    return "\n".join(
        "\n".join(["[[question]]", *(f"{key} = {json.dumps(v)}" for key, v in row.items())])
        for row in rows
    )


def asked() -> list[dict]:
    """The question that each widget of the page holds."""
    blocks = build().blocks.values()
    return [b.props["question"] for b in blocks if isinstance(b, gr.HTML) and "question" in b.props]


def test_every_chapter_but_those_of_the_course_has_one_question():
    every = {place for place in places() if place.split("/")[0] != course.TITLE}
    chapters = {p for p in every if not any(other.startswith(p + "/") for other in every)}
    assert {question.place for question in questions.load()} == chapters


def test_the_page_asks_each_question_once_and_little_is_sent():
    found = asked()
    assert sorted(one["id"] for one in found) == sorted(q.id for q in questions.load())
    assert max(len(json.dumps(one)) for one in found) < LARGEST


def test_every_answer_is_computed_by_a_test():
    names, computed = {question.id for question in questions.load()}, set()
    for file in Path(__file__).parent.glob("test_questions_*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                constants = {n.value for n in ast.walk(node) if isinstance(n, ast.Constant)}
                computed |= names & {value for value in constants if isinstance(value, str)}
    assert computed == names


def test_kinds_are_mixed():
    kinds = [question.kind for question in questions.load()]
    assert kinds.count("number") >= 10 and kinds.count("sketch") >= 4


@pytest.mark.parametrize("kind, said", [("choice", "less"), ("number", "14 %"), ("sketch", "w")])
def test_a_good_question_is_read(kind, said):
    (question,) = questions.read(toml(GOOD[kind]))
    assert question.answer == said and question.id == GOOD[kind]["id"]
    assert isinstance(question.right, tuple) == (kind == "sketch")


def test_a_negative_answer_has_a_true_minus():
    (question,) = questions.read(toml(GOOD["number"] | dict(low=-20, right=-3.0, unit="dB")))
    assert question.answer == "−3 dB"


WRONG = [
    ("choice", dict(right="Less"), "right must be one of the options"),
    ("choice", dict(options=["more"]), "options must be a list of 2 to 4"),
    ("choice", dict(options=["less", "less"]), "different texts"),
    ("choice", dict(options="less"), "options must be a list"),
    ("choice", dict(kind="guess"), "kind must be one of choice, number, sketch"),
    ("choice", dict(whyy="x"), "whyy is not known"),
    ("choice", dict(low=0), "low is not known; a choice may have"),
    ("choice", dict(why=3), "why must be a text in quotes"),
    ("choice", dict(ask=" "), "ask must not be empty"),
    ("choice", dict(id="A question"), "id must be small letters"),
    ("choice", dict(place="Tab/"), "place must be a tab"),
    ("number", dict(right=101), "right must be a number from 0 to 100"),
    ("number", dict(right="14"), "right must be a number"),
    ("number", dict(right=14.5), "right and high must be whole steps above low"),
    ("number", dict(low=100), "low must be less than high"),
    ("number", dict(step=0), "step more than 0"),
    ("number", dict(step="1"), "step must be a number, without quotes"),
    ("number", dict(high=True), "high must be a number"),
    ("sketch", dict(right=[0.5] * 8), "right must be a list of 9 to 21 numbers"),
    ("sketch", dict(right=[0.5] * 8 + [2]), "right must hold numbers from 0 to 1"),
    ("sketch", dict(right=0.5), "right must be a list"),
    ("sketch", dict(y_log=True), "low must be more than 0 on an axis of powers"),
    ("sketch", dict(x_log=1), "x_log must be true or false"),
    ("sketch", dict(x_high=0), "x_low less than x_high"),
]


@pytest.mark.parametrize("kind, change, sentence", WRONG)
def test_a_mistake_is_named(kind, change, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        questions.read(toml(GOOD[kind] | change))
    name = "question 1" if "id" in change else f"“{GOOD[kind]['id']}”"
    assert str(caught.value).startswith(f"{questions.FILE}, {name}: ")


@pytest.mark.parametrize("kind", GOOD)
def test_a_missing_field_is_named(kind):
    for field in GOOD[kind].keys() - {"id", "kind"}:
        row = {key: value for key, value in GOOD[kind].items() if key != field}
        with pytest.raises(ValueError, match=f"{field} is missing"):
            questions.read(toml(row))


def test_mistakes_of_the_whole_file_are_named():
    first = GOOD["choice"]
    with pytest.raises(ValueError, match="“a-choice”: another question has the same id"):
        questions.read(toml(first, first | {"place": "Tab/Other"}))
    with pytest.raises(ValueError, match="“n”: another question has the same place"):
        questions.read(toml(first, GOOD["number"]))
    with pytest.raises(ValueError, match=r"is not TOML: .*line 1"):
        questions.read("[[question]")
    with pytest.raises(ValueError, match="nothing but questions"):
        questions.read("[question]\nid = 'a'")
    with pytest.raises(ValueError, match="nothing but questions"):
        questions.read("title = 'x'\n" + toml(first))


def test_a_place_without_a_question_is_said():
    assert questions.at("Forward/The closed form").id == "forward-closed-form"
    with pytest.raises(KeyError, match="no question for “Forward/Nowhere”"):
        questions.at("Forward/Nowhere")
