"""Ports that a demo holds from its first second, so that several at once never take the same."""

import socket

from msgspec import Struct

from portal.platform.port_name import take_name

HOST = "127.0.0.1"


class HeldPort(Struct, frozen=True):
    """A port that is bound, though nobody listens yet; sites of this demo share it.

    Attributes:
        number: The port.
        held: The sockets that keep it; to close them gives it back.
    """

    number: int
    held: tuple[socket.socket, ...]

    @property
    def url(self) -> str:
        """Address without a slash at the end."""
        return f"http://{HOST}:{self.number}"

    def release(self) -> None:
        """Give the port back."""
        for one in self.held:
            one.close()


def hold(wanted: int) -> HeldPort:
    """Hold the wanted port if it is free, else any free one; 0 wants any.

    A server may listen on it beside us (SO_REUSEPORT), because it is of the same user; whoever does
    not share, or asks for the same port here, finds it taken.

    Raises:
        OSError: no port is free.
    """
    return (_held(wanted) if wanted else None) or _any()


def _any() -> HeldPort:
    while True:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            number = int(probe.getsockname()[1])
        if (found := _held(number)) is not None:
            return found


def _held(number: int) -> HeldPort | None:
    # Between the two binds below only one demo at a time may come.
    if (name := take_name(HOST, number)) is None:
        return None
    try:
        with socket.socket() as alone:  # shares with nobody, so that it finds whoever has the port
            alone.bind((HOST, number))
        shared = socket.socket()
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        shared.bind((HOST, number))
    except OSError:
        for one in name:
            one.close()
        return None
    return HeldPort(number, (shared, *name))
