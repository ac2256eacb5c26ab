"""`explorer bench load` counts what came of each press, and asks as the page asks."""

import random

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.app import bundle, main
from explorer.bench import load, students


@pytest.fixture(scope="module")
def page() -> students.App:
    config = main.build().get_config_file()
    return students.App(config | {"api_prefix": "/gradio_api"})


def press(kind: str, came: str, seconds: float, new: bool = True) -> dict:
    return vars(students.Press(kind, new, came, seconds, "Wait." if came == "refused" else ""))


def test_a_summary_counts_every_press_and_times_those_that_were_answered():
    presses = [press("guided", "done", s, new=s > 5) for s in range(20)]
    found = load._summary([*presses, press("race", "lost", 180), press("race", "refused", 0)])
    assert [found[k] for k in ("requests", "done", "refused", "error", "lost")] == [22, 20, 1, 0, 1]
    assert found["said"] == ["Wait."] and found["kinds"]["race"]["count"] == 0
    assert found["kinds"]["guided"] == {"count": 20, "p50_s": 9.5, "p95_s": 19, "max_s": 19}
    assert found["kinds"]["guided, new"]["count"] == 14


@pytest.mark.parametrize("kind", students.MIX)
def test_every_kind_of_press_finds_its_handlers_on_the_page(page, kind):
    student = students.Student(None, page, students.Plan(1), random.Random(0), set())
    bodies = student.choose(kind)
    assert len(bodies) == (2 if kind == "race" else 1)
    with pytest.raises(ValueError, match="no field"):
        page.ask("guidance", colour="red")


def test_files_of_the_page_are_kept_for_ever_and_no_other_is_served():
    server = TestClient(Starlette(routes=bundle.routes()))
    answer = server.get(bundle.address("a { color: red }", "css"))
    assert answer.text == "a { color: red }" and "immutable" in answer.headers["cache-control"]
    assert server.get(f"/{bundle.FOLDER}/0000.css").status_code == 404
    assert len(main.options()["head"]) < 12_000  # the script that reads a link is in it
