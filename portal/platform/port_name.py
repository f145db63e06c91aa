"""The name of a port, by which programs of ours keep each other off it before anybody listens."""

import socket
import sys


def take_name(host: str, port: int) -> tuple[socket.socket, ...] | None:
    """Take the name of a port; return the sockets that hold it, None if somebody has it.

    The system gives it back when the last process that holds them has ended. Only Linux has such
    names: elsewhere nothing is held, and nobody is refused.
    """
    if sys.platform != "linux":
        return ()
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0portal {host} {port}")
    except OSError:
        name.close()
        return None
    return (name,)
