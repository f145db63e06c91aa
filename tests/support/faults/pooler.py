"""PgBouncer before a server, as an operator runs it: transactions are pooled, few connections."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.programs.servers import PATIENCE, free_port

SETTINGS = """
[databases]
* = host=127.0.0.1 port={target} user=portal
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
max_prepared_statements = 200
server_login_retry = 0.25
query_wait_timeout = 5
server_connect_timeout = 3
logfile = {folder}/pgbouncer.log
pidfile = {folder}/pgbouncer.pid
"""


def pooler_program() -> str | None:
    """Return where PgBouncer is; None where it is not installed."""
    return shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")


@contextlib.contextmanager
def pooling(folder: Path, target: int, *, size: int = 4) -> Iterator[int]:
    """Run PgBouncer before a port of this machine; gives its own port."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    text = SETTINGS.format(target=target, port=port, folder=folder, size=size)
    (folder / "pgbouncer.ini").write_text(text)
    options: dict[str, Any] = {}
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        options = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    program = pooler_program()
    assert program, "PgBouncer is missing: apt-get install pgbouncer"
    child = subprocess.Popen(
        [program, "-q", str(folder / "pgbouncer.ini")], start_new_session=True, **options
    )
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and child.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        assert child.poll() is None, (folder / "pgbouncer.log").read_text()
        yield port
    finally:
        child.terminate()
        child.wait(timeout=20)
