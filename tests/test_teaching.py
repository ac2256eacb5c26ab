"""lessons/TEACHING.md: what is made from data is up to date, and its plans can be followed."""

import csv
import re

import pytest

from explorer.words import lessons, questions, quiz, teaching

from .places import places

TEXT = teaching.FILE.read_text("utf-8")
PLANS = {"Fifty minutes": 50, "Three hours": 180}


def section(title: str) -> str:
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_what_is_made_from_data_is_up_to_date():
    assert teaching.remade(TEXT) == TEXT, "run python -m explorer.words.teaching"


def test_every_question_and_item_is_in_it():
    for question in questions.load():
        assert question.ask in TEXT and question.why in TEXT
    for item in quiz.load():
        assert f"**{item.right}**" in TEXT


@pytest.mark.parametrize("title", PLANS)
def test_a_plan_fills_its_time_with_chapters_that_exist(title):
    blocks = re.findall(r"^\*\*(\d+)–(\d+) · (.+)\*\*$", section(title), re.MULTILINE)
    starts, ends = ([int(block[k]) for block in blocks] for k in (0, 1))
    assert starts == [0, *ends[:-1]] and ends[-1] == PLANS[title]
    others = {"Break", *(f"Lesson {lesson.number}" for lesson in lessons.load())}
    there_are = {place.replace("/", " › ") for place in places()} | others
    assert {place for _, _, place in blocks} <= there_are


def test_something_is_said_at_every_tab():
    tabs = {place for place in places() if "/" not in place}
    assert tabs == set(re.findall(r"^\*\*([^*]+)\.\*\*", section("What to say at each tab"), re.M))


def test_a_marker_that_is_gone_is_named():
    with pytest.raises(ValueError, match="needs the markers <!-- quiz"):
        teaching.remade(TEXT.replace("<!-- /quiz -->", ""))


def test_the_lines_that_read_a_class_do(tmp_path, monkeypatch, capsys):
    (code,) = re.findall(r"```python\n(.+?)```", TEXT, re.DOTALL)
    for name, before, after in (("a", "no", "yes"), ("b", "yes", "yes")):
        rows = [
            {"item": i.id, "correct before": before, "correct after": after} for i in quiz.load()
        ]
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, rows[0], quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(rows)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "TEACHING.md", "exec"), {})
    said = capsys.readouterr().out
    assert re.search(r"^same-noise +1 of 2 before, +2 after$", said, re.MULTILINE)
    assert said.endswith("mean: 4.0 before, 8.0 after\n")
