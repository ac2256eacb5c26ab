"""Where the server may listen."""

import socket


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
