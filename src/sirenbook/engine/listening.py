"""The socket that a server listens on, taken before anything else starts."""

import socket


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, so that a taken port is a plain word. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    listening.listen(2048)
    return listening
