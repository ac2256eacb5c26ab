"""The Dockerfile, as far as it can be tried without Docker: it names what is there."""

import json
import re
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from explorer.cli import main

ROOT = Path(__file__).parents[1]
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text("utf-8"))
IGNORED = (ROOT / ".dockerignore").read_text("utf-8").splitlines()


def lines(instruction: str) -> list[str]:
    return re.findall(rf"^{instruction} (.+)$", DOCKERFILE, re.MULTILINE)


def test_what_is_copied_is_there_and_not_ignored():
    sources = {name for line in lines("COPY") for name in line.split()[:-1]}
    assert sources == {line[1:] for line in IGNORED if line.startswith("!")}
    assert all((ROOT / name).exists() for name in sources)


def test_the_wheels_own_files_are_copied():
    built = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = built["tool"]["hatch"]["build"]["targets"]["wheel"]
    sources = {name for line in lines("COPY") for name in line.split()[:-1]}
    assert {*wheel["packages"], *wheel["force-include"], built["project"]["readme"]} <= sources


def test_it_has_the_runtimes_that_the_waiting_times_were_measured_with():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (default,) = re.findall(r'^EXTRAS="\[(.*)\]"$', "\n".join(lines("ARG")), re.MULTILINE)
    extras = default.split(",")
    assert "fast" in extras and set(extras) <= project["optional-dependencies"].keys()
    assert any(".${EXTRAS}" in line for line in lines("RUN"))
    cache = dict(one.split("=") for one in lines("ENV")[0].split())["EXPLORER_CACHE"]
    assert cache in lines("VOLUME")[0]


def test_it_serves_as_somebody_who_is_not_root_and_says_whether_it_is_well(capsys, monkeypatch):
    assert lines("USER") == ["explorer"] and lines("EXPOSE") == ["7860"]
    assert lines("CMD") == ['["explorer", "serve"]'] and len(lines("HEALTHCHECK")) == 1
    monkeypatch.setattr(sys, "argv", ["explorer"])
    try:
        main(["serve", "--help"])
    except SystemExit as leave:
        assert leave.code == 0
    assert "7860" in capsys.readouterr().out


def test_its_health_is_asked_for_without_a_proxy(monkeypatch):
    asked, ended = [], ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)

    class Health(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

    ended.RequestHandlerClass = Health
    threading.Thread(target=ended.serve_forever, daemon=True).start()
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    (command,) = (json.loads(line.partition("CMD ")[2]) for line in lines("HEALTHCHECK"))
    code = command[2].replace("7860", str(ended.server_port))
    exec(code, {})
    ended.shutdown()
    assert asked == ["/gradio_api/app_id"]
