"""Programs of ours as processes of their own, begun by one that has read their modules already.

To read Python's modules costs more than most commands. A process does it once and forks for each
program: environment, arguments, signals and exit codes are the program's own, as from a shell.
"""

import atexit
import contextlib
import gc
import json
import os
import resource
import runpy
import select
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from importlib import import_module
from typing import Any, TextIO, TypedDict

from sqlalchemy.orm import configure_mappers

from tests.support.programs.servers import ROOT

READ_BEFORE = (
    "portal.cli.main",
    "portal.cli.mailroom.letters",
    "portal.cli.mailroom.roster",
    "tests.support.mailroom.archives",
    "tests.support.mailroom.letters",
    "tests.support.mailroom.proofs",
    "tests.support.requests.paper",
)
READ_FOR = {"tests.support.programs.warm_site": ("portal.app", "admin.app", "granian.cli")}
"""What only one kind of program needs, and is read when the first of them is asked for."""
LONGEST_ORDER = 1 << 18


class Order(TypedDict):
    """What to start: ``args`` are the module and its arguments, ``disk`` in bytes per file.

    ``typed`` is what it finds on its standard input; nothing is an empty one.
    """

    args: list[str]
    env: dict[str, str]
    strict: bool
    disk: int | None
    typed: str


class Program:
    """A running program, with what of ``subprocess.Popen`` tests use."""

    def __init__(self, args: Sequence[str], keeper: socket.socket, out: int, err: int) -> None:
        self.args = args
        self.returncode: int | Any = None  # as with Popen: None while it runs
        self._keeper = keeper
        self.pid = self._told()
        self.stdout: TextIO = os.fdopen(out, "r", encoding="utf-8")
        self.stderr: TextIO = os.fdopen(err, "r", encoding="utf-8")

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Return what it writes until it ends.

        Raises:
            TimeoutExpired: it did not end in time.
        """
        with ThreadPoolExecutor(2) as readers:
            both = [readers.submit(stream.read) for stream in (self.stdout, self.stderr)]
            if wait(both, timeout).not_done:
                self.kill()
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
        out, err = (one.result() for one in both)
        self.wait()
        self.stdout.close()
        self.stderr.close()
        return out, err

    def poll(self) -> int | Any:
        """Return its exit code, or None while it runs."""
        ended = self.returncode is None and select.select([self._keeper], [], [], 0)[0]
        return self.wait() if ended else self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal; one that has ended stays as it is."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code, below zero for a signal, when it has ended.

        Raises:
            TimeoutExpired: it did not end in time.
        """
        if self.returncode is None:
            if timeout is not None and not select.select([self._keeper], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout)
            self.returncode = self._told()
            self._keeper.close()
        return self.returncode

    def kill(self) -> None:
        """End it at once, whatever it is at; one that has ended stays as it is."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def _told(self) -> int:
        number = b""
        while not number.endswith(b"\n"):
            number += self._keeper.recv(1) or b"-0\n"
        return int(number)


def start(
    module: str,
    *arguments: object,
    env: Mapping[str, str] | None = None,
    strict: bool = False,
    disk: int | None = None,
    typed: str = "",
    log: int | None = None,
) -> Program:
    """Start ``python -m module arguments``.

    Args:
        module: the module to run.
        arguments: of the module.
        env: the whole environment; without it, the one of the tests.
        strict: each warning is an error.
        disk: bytes that a file can have before the disk is full; without it, no limit.
        typed: what it finds on its standard input.
        log: the open file that it writes both outputs to; without it, they are read here.
    """
    ours, theirs = socket.socketpair()
    read_out, write_out = os.pipe()
    read_err, write_err = os.pipe()
    args = [module, *map(str, arguments)]
    order: Order = {
        "args": args,
        "env": dict(os.environ if env is None else env),
        "strict": strict,
        "disk": disk,
        "typed": typed,
    }
    data = json.dumps(order).encode()
    assert len(data) < LONGEST_ORDER
    with theirs:
        outputs = [write_out, write_err] if log is None else [log, log]
        handed_on = [*outputs, theirs.fileno()]
        socket.send_fds(_starter(), [data], handed_on)
    os.close(write_out)
    os.close(write_err)
    program = Program(args, ours, read_out, read_err)
    if log is not None:
        program.stdout.close()
        program.stderr.close()
    return program


@cache
def _starter() -> socket.socket:
    """The line to the process that starts the others; it ends when this one does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * LONGEST_ORDER)
    with theirs:
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.programs.warm", str(theirs.fileno())],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # Ctrl-C reaches the tests, and they end it
        ).returncode = 0  # nobody waits for it
    atexit.register(ours.close)  # else Python complains of it where nothing is left to hear that
    return ours


def main(line: socket.socket) -> None:
    """Fork for every order that comes; returns in the child, when its program has ended."""
    for module in READ_BEFORE:
        import_module(module)
    configure_mappers()  # the first statement of each program would: half of a short command
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        data, handed_on, _flags, _address = socket.recv_fds(line, LONGEST_ORDER, 3)
        if not data:
            return
        order: Order = json.loads(data)
        for module in READ_FOR.get(order["args"][0], ()):
            import_module(module)
        if os.fork() == 0:
            line.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _keep(order, *handed_on)
            return
        for number in handed_on:
            os.close(number)


def _keep(order: Order, out: int, err: int, control: int) -> None:
    """Start the program, say its number, and how it ended."""
    pid = os.fork()
    if pid:
        os.close(out)
        os.close(err)
        with socket.socket(fileno=control) as told:
            told.sendall(f"{pid}\n".encode())
            _pid, status = os.waitpid(pid, 0)
            told.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    os.close(control)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    _become(order)


def _become(order: Order) -> None:
    module, *arguments = order["args"]
    os.environ.clear()
    os.environ.update(order["env"])
    if order["disk"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["disk"], order["disk"]))
    if order["typed"]:
        read, write = os.pipe()
        os.write(write, order["typed"].encode())
        os.close(write)
        os.dup2(read, 0)
        os.close(read)
    if order["strict"]:
        warnings.simplefilter("error")
    sys.argv = [module, *arguments]
    sys.modules.pop(module, None)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as order_line:
        main(order_line)
