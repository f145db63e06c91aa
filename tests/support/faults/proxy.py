"""A line that fails: a TCP proxy before a database that cuts, delays, freezes or refuses."""

import contextlib
import select
import socket
import threading
import time
from dataclasses import dataclass, field

PIECE = 1 << 16
COMMIT = b"COMMIT"


@dataclass
class Line:
    """Forwards connections to a port; what it does with them can be changed at any moment.

    Attributes:
        target: The port of this machine that it leads to.
        delay: Seconds that each piece of an answer takes.
        refuses: Whether new connections end at once.
        cuts_commits: How many COMMITs still lose their answer: the server gets each, and carries
            it out; who asked gets a closed connection.
        cut: How many did.
    """

    target: int
    delay: float = 0.0
    refuses: bool = False
    cuts_commits: int = 0
    cut: int = 0
    port: int = 0
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> "Line":
        """Listen on a free port."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self) -> None:
        """Listen no more, and end what is open."""
        self.refuses = True
        self._listener.close()
        self.cut_all()

    def cut_all(self) -> None:
        """End every connection now, as when a cable is drawn and the system notices."""
        with self._lock:
            ended = list(self._open)
        for one in ended:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            if self.refuses:
                client.close()
                continue
            threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            client,
            socket.create_connection(("127.0.0.1", self.target), 5) as server,
        ):
            server.settimeout(None)
            with self._lock:
                self._open |= {client, server}
            try:
                self._pump(client, server)
            finally:
                with self._lock:
                    self._open -= {client, server}

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        while True:
            ready, _writable, _faults = select.select([client, server], [], [])
            for source in ready:
                data = source.recv(PIECE)
                if not data:
                    return
                if source is server:
                    time.sleep(self.delay)
                    client.sendall(data)
                    continue
                server.sendall(data)
                if COMMIT in data and self._takes_a_commit():
                    server.recv(PIECE)  # it was carried out; nobody will hear of it
                    return

    def _takes_a_commit(self) -> bool:
        with self._lock:
            if not self.cuts_commits:
                return False
            self.cuts_commits -= 1
            self.cut += 1
            return True
