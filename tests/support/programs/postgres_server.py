"""A throw-away PostgreSQL server for the tests, started with the standard library alone.

`run` starts it beside the tests; a plain `pytest` starts this file as a program when the first test
asks for it.
"""

import contextlib
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Step = Callable[[str], contextlib.AbstractContextManager[None]]


def postgres_programs() -> Path | None:
    """The newest folder with PostgreSQL's server programs, wherever the system keeps them."""
    found = [Path(name).parent for name in [shutil.which("initdb")] if name]
    for pattern in (
        "usr/lib/postgresql/*/bin",
        "usr/pgsql-*/bin",
        "opt/homebrew/opt/postgresql*/bin",
    ):
        found += sorted(
            Path("/").glob(pattern), key=lambda folder: (len(str(folder)), folder)
        )  # 9 before 15
    return next((folder for folder in reversed(found) if (folder / "postgres").exists()), None)


def free_port() -> int:
    """A TCP port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


POSTGRES_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",  # thrown away after the tests
    # Production's settings, so that tests can prove that no personal data reaches the server's log:
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}


@contextlib.contextmanager
def postgres(step: Step) -> Iterator[dict[str, str]]:
    """A throw-away PostgreSQL cluster.

    Gives the environment variables that tell the tests where it is.
    """
    programs = postgres_programs()
    if os.environ.get("PORTAL_TEST_POSTGRES_URL") or programs is None:
        yield {}
        return
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    server: subprocess.Popen[bytes] | None = None
    try:
        with step(f"Starting a throw-away PostgreSQL from {programs}"):
            port, password, as_user = free_port(), secrets.token_hex(16), unprivileged(folder)
            (folder / "password").write_text(password, "utf-8")
            initdb = (
                f"{programs}/initdb -D {folder}/data -U portal --pwfile={folder}/password "
                "--auth=scram-sha-256"
            )
            initdb += " --encoding=UTF8 --locale=C --no-sync"
            made = subprocess.run(
                initdb.split(), cwd=folder, capture_output=True, text=True, check=False, **as_user
            )
            if made.returncode != 0:
                sys.exit(f"initdb failed: {made.stderr.strip()}")
            command = f"{programs}/postgres -D {folder}/data -p {port} -k {folder}"
            settings = [f"--{name}={value}" for name, value in POSTGRES_SETTINGS.items()]
            with (folder / "log").open("wb") as log:
                # Its own session: Ctrl-C must reach the tests first and the database last.
                output: Any = {
                    "cwd": folder,
                    "stdout": log,
                    "stderr": log,
                    "start_new_session": True,
                }
                server = subprocess.Popen([*command.split(), *settings], **output, **as_user)
            wait_for_postgres(programs, server, port, folder / "log")
        yield {
            "PORTAL_TEST_POSTGRES_URL": f"postgresql+psycopg://portal:{password}@127.0.0.1:{port}/postgres",
            "PORTAL_TEST_POSTGRES_LOG": str(folder / "log"),
        }
    finally:
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged(folder: Path) -> dict[str, Any]:
    """Subprocess options that drop root, whom PostgreSQL refuses, and a folder of that user."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            os.chown(folder, account.pw_uid, account.pw_gid)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    sys.exit(
        "PostgreSQL does not run as root, and this machine has neither a user `postgres` "
        "nor `nobody`."
    )


def wait_for_postgres(
    programs: Path, server: subprocess.Popen[bytes], port: int, log: Path
) -> None:
    """Return when the server answers; end with its log when it does not."""
    for _ in range(300):
        ready = subprocess.run(
            [programs / "pg_isready", "-q", "-h", "127.0.0.1", f"-p{port}"], check=False
        )
        if ready.returncode == 0:
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"PostgreSQL did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def main() -> None:
    """Print where a server listens and keep it until the input ends, that is.

    Until its starter does.
    """
    with postgres(lambda _: contextlib.nullcontext()) as added:
        print(json.dumps(added), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
