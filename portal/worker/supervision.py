"""Tells who watches the worker that it is ready, alive or ending: systemd, and a health check."""

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

from portal.health import sign_of_life

SIGN_SECONDS = 5.0


class Supervisor:
    """The socket of ``sd_notify`` (``NOTIFY_SOCKET``), and the file that ``portal.health`` reads.

    Where there is neither, nothing happens: the worker runs on.
    """

    def __init__(self, folder: Path, address: str | None = None) -> None:
        given = os.environ.get("NOTIFY_SOCKET", "") if address is None else address
        # an address that begins with @ is in the abstract namespace
        self._address = "\0" + given[1:] if given.startswith("@") else given
        self._sign = sign_of_life(folder)
        self._signed_at = -SIGN_SECONDS

    def ready(self) -> None:
        """Say that the worker has started."""
        self._send("READY=1")
        self.alive()

    def alive(self) -> None:
        """Say that it does not hang; systemd restarts what says nothing for ``WatchdogSec``."""
        self._send("WATCHDOG=1")
        if time.monotonic() - self._signed_at >= SIGN_SECONDS:
            self._signed_at = time.monotonic()
            with suppress(OSError):
                self._sign.touch(mode=0o600)

    def stopping(self) -> None:
        """Say that it ends."""
        self._send("STOPPING=1")
        with suppress(OSError):
            self._sign.unlink(missing_ok=True)

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(message.encode("ascii"), self._address)
