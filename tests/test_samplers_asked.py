"""What is asked of a race: refused in a sentence, computed once, walked by whom it names."""

import math
import threading
import time
from types import SimpleNamespace

import gradio as gr
import pytest

from explorer.app import studio
from explorer.app.once import once
from explorer.app.racing import entrants
from explorer.app.tabs import samplers

from .racers import RACE, SIX, race_of, tiny  # noqa: F401

BAD = {
    "digit": ["11", 7, None, ["7"], "<b>", math.nan],
    "seed": [math.nan, math.inf, -1, 1e300, 2.5, True, None, [1], "0"],
    "budget": [0, 3, 201, math.nan, 1e300, 20.5, [20], None],
    "schedule": ["quadratic", None, 3, ["linear"]],
    "chosen": ["", "ddim", "ddim/even", "ddpm2/karras", None, 3, ["ddim/karras"], "a" * 500,
               "/", "ddim/trailing/x"],
    "own": [],
    "scale": [math.nan, -1, 21, 1e300, math.inf, None, [2], "2"],
}  # fmt: skip
NAMES = {"digit": "Digit", "seed": "Seed", "budget": "Evaluations", "schedule": "Schedule",
         "chosen": "Entrants", "scale": "Guidance scale"}  # fmt: skip
CASES = [
    pytest.param(name, value, id=f"{name}-{value!r:.20}") for name in RACE for value in BAD[name]
]


@pytest.mark.parametrize(("name", "value"), CASES)
def test_a_bad_value_gets_a_sentence_with_its_field_and_range(name, value):
    with pytest.raises(gr.Error) as caught:
        race_of(**RACE | {name: value})
    sentence = str(caught.value.message)
    assert sentence.startswith(NAMES[name]) and sentence.endswith(".") and len(sentence) < 300
    assert " to " in sentence or "one of" in sentence


def test_after_a_refusal_the_next_request_works():
    with pytest.raises(gr.Error):
        race_of(**RACE | {"seed": math.nan})
    assert race_of(**RACE)[0]["tracks"]


def test_a_missing_model_is_a_sentence(monkeypatch):
    monkeypatch.setattr(studio, "_engine", None)
    monkeypatch.setattr(studio, "_name", "absent")
    with pytest.raises(gr.Error, match="no model 'absent'"):
        race_of(**RACE | {"seed": 77})


def test_equal_requests_at_one_time_are_computed_once_and_errors_are_not_kept():
    calls = []

    @once(2)
    def slow(x):
        calls.append(x)
        time.sleep(0.05)
        if x < 0:
            raise ValueError("negative")
        return x * x

    answers = []
    threads = [threading.Thread(target=lambda: answers.append(slow(3))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [9] * 5 and calls == [3]
    for _ in range(2):
        with pytest.raises(ValueError):
            slow(-1)
    assert calls == [3, -1, -1]
    assert [slow(1), slow(2), slow(3)] == [1, 4, 9] and calls[-1] == 3 and len(slow.kept) == 2


def test_entrants_come_in_the_order_of_rows_once_each_and_at_most_eight():
    assert entrants.parse("ddpm/karras, ddim/own,ddim/karras, ddpm/karras") == (
        ("ddim", "karras"),
        ("ddim", "own"),
        ("ddpm", "karras"),
    )
    assert entrants.parse(SIX) == entrants.DEFAULT
    assert entrants.title("dpmpp_2m", "karras") == "DPM++ 2M Karras"
    nine = ", ".join(f"{a}/{b}" for a in entrants.ORDER for b in ("karras", "leading"))
    with pytest.raises(gr.Error, match="1 to 8"):
        entrants.parse(nine)


def test_an_own_grid_decides_the_nfe_and_is_needed_only_where_it_is_walked():
    asked = RACE | {"chosen": "ddim/own, heun/own, ddim/karras", "own": "1000, 700, 400, 100"}
    film, facts, _ = race_of(**asked)
    rows = [track["row"] for track in film["tracks"][::2]]
    assert rows == ["DDIM Karras", "DDIM own grid", "Heun own grid"]
    assert film["tracks"][2]["notes"][0].startswith("step 1 of 4")
    assert film["tracks"][4]["notes"][0].startswith("step 1 of 2")
    assert "The number of your own stops decides" in facts
    with pytest.raises(gr.Error, match="Your own grid"):
        race_of(**asked | {"own": "nothing"})
    assert race_of(**RACE | {"own": "nothing"})[0]["tracks"]


def test_the_grid_dragged_in_schedules_is_walked_by_all_six():
    event = SimpleNamespace(_data={"schedule": "cosine", "grid": "900, 500, 100"})
    schedule, chosen, own, matrix = samplers.use_grid(event)
    assert (schedule, own) == ("cosine", "900, 500, 100") and matrix == {"chosen": chosen}
    assert entrants.parse(chosen) == entrants.all_on("own")
