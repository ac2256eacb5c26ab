"""The page of trust: the measured table, its bars, and patience without one."""

import json

from explorer.app.attending import trusted
from explorer.figures import trust as figure


def measured() -> dict:
    one = {"ratio": 4.0, "error": 0.2}
    kind = {"words": 30, "area": 0.12, "share": 0.48, "shown": one, "by_layer": {"up.2.a": one}}
    kind |= {"by_step": [one] * 20, "by_head": []}
    run = {"scale": 3.0, "steps": 20, "sampler": "dpmpp_2m", "spacing": "karras"}
    skipped = {"no ink": 2, "elsewhere": 3}
    return {
        "prompts": 200,
        "skipped": skipped,
        "run": run,
        "sides": {"up.2.a": 16},
        "shown": "up.2.a",
        "kinds": {"digit": kind, "colour": kind},
    }


def test_the_page_of_trust_shows_the_table_and_is_patient_without_one(tmp_path, monkeypatch):
    file = tmp_path / "scenes.trust.json"
    monkeypatch.setattr(trusted, "FILE", file)
    assert "has not been measured" in trusted.page()
    file.write_text("{", "utf-8")
    assert "has not been measured" in trusted.page()
    file.write_text(json.dumps(measured()), "utf-8")
    page = trusted.page()
    for said in (
        "4.00 ± 0.20",
        "12 %",
        "48 %",
        "up 16×16",
        "200 captions",
        "5 pictures",
        "scale 3",
    ):
        assert said in page


def test_bars_are_as_long_as_their_ratios():
    page = figure.shown(measured(), {"up.2.a": "up 16×16"})
    assert "width:95.24%" in page and "--one:23.81%" in page  # 4 and 1 of 4.2
