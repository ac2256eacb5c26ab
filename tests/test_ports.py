"""The address that a class opens is one at which the server is found."""

import socket

import pytest

from explorer.app import ports


def test_others_find_what_listens_everywhere():
    with socket.create_server(("0.0.0.0", 0)) as listening:
        port = listening.getsockname()[1]
        found = ports.others("0.0.0.0", port)
        if found is None:
            pytest.skip("this machine is in no network")
        host = found.removeprefix("http://").removesuffix(f":{port}/")
        assert not host.startswith("127.")
        socket.create_connection((host, port), 5).close()


def test_what_listens_here_alone_is_nobody_elses():
    assert ports.others("127.0.0.1", 7860) is None
