"""Where the server may listen, and where others find it."""

import socket

EVERYWHERE = ("0.0.0.0", "::")  # what a host is that means all addresses of a machine


def free(host: str, port: int) -> None:
    """Raise OSError, a sentence, where another program listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(
                f"{host}:{port} cannot be listened on ({error.strerror}): end the server that "
                "holds it, or choose another --port."
            ) from error


def others(host: str, port: int) -> str | None:
    """The address at which the room's machines find what listens on all of this one's; or None.

    It asks which of them would reach a stranger (RFC 5737 keeps that one free); nothing is sent.
    """
    if host not in EVERYWHERE:
        return None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:  # no network at all
            return None
        return f"http://{probe.getsockname()[0]}:{port}/"
