"""A Space's folder, started as a Space starts it, behind a proxy's path, shows its first picture.

Where it starts, nothing is installed but what its requirements.txt and README name. The same
server answers the health check of the Dockerfile.
"""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from explorer import space
from explorer.bench import startup
from tests.browser.conftest import ROOT
from tests.test_space import python_of

PREFIX = "/lab"


@pytest.fixture(scope="module")
def served(browser_type_launch_args, tmp_path_factory) -> str:
    """Address of a Space's app.py, run elsewhere and in an environment of its own."""
    folder = tmp_path_factory.mktemp("space") / "pushed"
    space.write(folder)
    port = startup.free_port()
    says = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    process = subprocess.Popen(
        [python_of(folder, folder.parent / "env"), folder / "app.py"],
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env=env | says | {"GRADIO_ROOT_PATH": PREFIX},
    )
    address = f"http://127.0.0.1:{port}"
    try:
        startup.wait_for(address + "/", process)
        yield address
    finally:
        process.send_signal(signal.SIGINT)  # as the container is told to stop, in mid-computation
        assert process.wait(timeout=30) == 0


def test_a_space_shows_its_first_picture(served, page, watch):
    page.goto(served + PREFIX + "/")
    page.wait_for_function(startup.PAINTED, timeout=60_000)
    asked = [url for url in watch.requests if url.startswith("http")]
    assert len(asked) > 10 and all(url.startswith(served + PREFIX) for url in asked)
    assert not watch.errors


def test_behind_a_proxy_the_page_asks_under_its_path(served):
    config = json.load(urlopen(served + PREFIX + "/config", timeout=30))
    assert config["root"] == served + PREFIX


def test_health_check_of_the_container_tells_a_server_that_answers_from_none(served):
    text = (ROOT / "Dockerfile").read_text("utf-8")
    command = json.loads(re.search(r"HEALTHCHECK.*?CMD (\[.*?\])$", text, re.S | re.M)[1])
    ports = served.rpartition(":")[2], startup.free_port()
    codes = [
        subprocess.run(
            [sys.executable, *(part.replace("7860", str(port)) for part in command[1:])],
            stderr=subprocess.DEVNULL,
        ).returncode
        for port in ports
    ]
    assert Path(command[0]).name == "python" and codes == [0, 1]
