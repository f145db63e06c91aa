"""A mail server that does with each connection what its script says, and takes the mails after it.

It speaks SMTP over a socket of its own: a server made of a library cannot die in the middle.
"""

import socketserver
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum


class Turn(StrEnum):
    """What becomes of one connection."""

    TAKES = "takes the mail"
    SILENT = "says nothing"
    BUSY_AT_ONCE = "421 instead of a greeting"
    BUSY_RECIPIENT = "451 to the recipient"
    NO_RECIPIENT = "550 to the recipient"
    DIES_IN_DATA = "dies in the middle of the mail"
    DIES_BEFORE_ANSWER = "dies with the whole mail, before it says so"
    BUSY_AFTER_DATA = "451 after the mail"
    REFUSES_AFTER_DATA = "554 after the mail"
    SLOW = "takes its time for every answer"
    DIES_AFTER_ANSWER = "takes the mail and dies"
    SILENT_AFTER_ANSWER = "takes the mail and never says goodbye"


BEFORE_DATA = {Turn.BUSY_RECIPIENT: "451 later", Turn.NO_RECIPIENT: "550 nobody"}
AFTER_DATA = {Turn.BUSY_AFTER_DATA: "451 later", Turn.REFUSES_AFTER_DATA: "554 refused"}
SLOW_SECONDS = 0.2


@dataclass
class ScriptedMail:
    """The script, and what became of it.

    Attributes:
        script: What is done with the next connections, the first one first.
        whole: Every mail that came to its end, also where the sender could not know it.
        played: What was done.
    """

    script: list[Turn] = field(default_factory=list)
    whole: list[bytes] = field(default_factory=list)
    played: list[Turn] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def url(self) -> str:
        """The address for ``PORTAL_SMTP_URL``."""
        return f"smtp://127.0.0.1:{self.port}"

    def next_turn(self) -> Turn:
        """Return what to do with a connection that comes now."""
        turn = self.script.pop(0) if self.script else Turn.TAKES
        self.played.append(turn)
        return turn


class _Talk:
    """One connection."""

    def __init__(self, mail: ScriptedMail, request: socketserver.StreamRequestHandler) -> None:
        self.mail, self.request, self.turn = mail, request, mail.next_turn()

    def say(self, line: str) -> None:
        if self.turn is Turn.SLOW:
            time.sleep(SLOW_SECONDS)
        self.request.wfile.write(f"{line}\r\n".encode())

    def go(self) -> None:
        if self.turn is Turn.SILENT:
            self.mail.ended.wait()
            return None
        if self.turn is Turn.BUSY_AT_ONCE:
            return self.say("421 busy")
        self.say("220 mail.example.jp")
        for line in self.request.rfile:
            if not self.answer(line[:4].upper()):
                return None
        return None

    def answer(self, word: bytes) -> bool:
        """Answer a command; False ends the connection."""
        if word == b"DATA":
            return self.take()
        if word == b"QUIT":
            if self.turn is Turn.SILENT_AFTER_ANSWER:
                self.mail.ended.wait()
            else:
                self.say("221 goodbye")
            return False
        self.say(BEFORE_DATA.get(self.turn, "250 OK") if word == b"RCPT" else "250 OK")
        return True

    def take(self) -> bool:
        self.say("354 go on")
        came = list[bytes]()
        for line in self.request.rfile:
            if line == b".\r\n":
                break
            came.append(line)
            if self.turn is Turn.DIES_IN_DATA:
                return False
        if self.turn in AFTER_DATA:
            self.say(AFTER_DATA[self.turn])
            return True
        self.mail.whole.append(b"".join(came))
        if self.turn is Turn.DIES_BEFORE_ANSWER:
            return False
        self.say("250 taken")
        return self.turn is not Turn.DIES_AFTER_ANSWER


@contextmanager
def scripted_mail(script: Sequence[Turn]) -> Iterator[ScriptedMail]:
    """Run such a server on a free port of this machine for the block."""
    mail = ScriptedMail(list(script))

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            _Talk(mail, self).go()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, *_connection: object) -> None:
            """A sender that is gone is no fault of the test."""

    with Server(("127.0.0.1", 0), Handler) as server:
        mail.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield mail
        finally:
            mail.ended.set()
            server.shutdown()
