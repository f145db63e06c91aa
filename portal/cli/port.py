"""The port of a site: taken by one server at a time, though granian's workers share it."""

import errno
import socket
import time

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.platform.port_name import take_name

PATIENCE, LOOK_EVERY = 5.0, 0.2
"""Seconds. Workers of a server that was killed end a moment after it."""


def claim(host: str, port: int) -> None:
    """Keep this port for this process and the program that replaces it.

    Workers share a port by SO_REUSEPORT, so a second server would silently share it too: its own
    pages, or another ward's. Whoever listens already is found by a socket that does not share; of
    two servers that start at once, one gets the name of the port.

    Raises:
        InputError: somebody else has it.
    """
    until = time.monotonic() + PATIENCE
    while not (_is_free(host, port) and _is_named(host, port)):
        if time.monotonic() > until:
            raise InputError(
                _s(
                    "ポート %(port)d は、ほかのプログラムが使っています。"
                    "それを止めるか、--port で別の番号を選んでください。"
                )
                % {"port": port}
            )
        time.sleep(LOOK_EVERY)


def _is_free(host: str, port: int) -> bool:
    family, kind, protocol, _name, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def _is_named(host: str, port: int) -> bool:
    """Take the name of the port, for this process and those that it becomes and starts."""
    name = take_name(host, port)
    for held in name or ():
        held.set_inheritable(True)
        held.detach()
    return name is not None
