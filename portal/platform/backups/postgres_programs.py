"""PostgreSQL's own programs: of the server's version, with the password never on a command line."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine, text

from portal.domain.foundation.errors import DomainError, InputError, NotAllowedError
from portal.domain.foundation.texts import _s

PIECE = 8 * 1024 * 1024
PLACES = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")
DENIED = b"permission denied"
UNWANTED = ("options", "prepare_threshold", "context", "autocommit")
"""What our own connections take and PostgreSQL's programs do not, or should not."""


def program(name: str, engine: Engine) -> str:
    """Return the path of a program that is not older than the server.

    Raises:
        InputError: none is installed; the message says which version is needed.
    """
    with engine.connect() as connection:
        major = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
    found = {_major(path): path for path in _candidates(name)}
    fitting = [version for version in sorted(found) if version >= major]
    if not fitting:
        raise InputError(
            _s(
                "%(program)s がないか、サーバーより古い版です。"
                "PostgreSQL %(major)s のクライアント（postgresql-client-%(major)s）"
                "を入れてください。"
            )
            % {"program": name, "major": major}
        )
    return str(found[fitting[0]])


def newest_program(name: str) -> str:
    """Return the path of the newest program of this name: for a dump whose server nobody knows.

    Raises:
        InputError: none is installed.
    """
    found = {_major(path): path for path in _candidates(name)}
    if not found:
        raise InputError(
            _s("%(program)s がありません。PostgreSQL のクライアントを入れてください。")
            % {"program": name}
        )
    return str(found[max(found)])


def _candidates(name: str) -> Iterator[Path]:
    if on_path := shutil.which(name):
        yield Path(on_path)
    for pattern in PLACES:
        yield from (path / name for path in Path("/").glob(pattern) if (path / name).exists())


def _major(path: Path) -> int:
    said = subprocess.run(  # noqa: S603  (a program that we found by its name)
        [str(path), "--version"], capture_output=True, text=True, check=False
    ).stdout
    match = re.search(r"(\d+)(?:\.\d+)?", said)
    return int(match[1]) if match else 0


def address(engine: Engine) -> tuple[str, dict[str, str]]:
    """Return the connection string without its password, and the environment that has it."""
    _none, parameters = engine.dialect.create_connect_args(engine.url)
    known = {name: value for name, value in parameters.items() if name not in UNWANTED}
    password = known.pop("password", None)
    environment = dict(os.environ)
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo(**known), environment


def dump(engine: Engine, snapshot: str) -> Iterator[bytes]:
    """Yield the dump of a snapshot (``pg_dump -Fc``) in pieces of equal size, but the last.

    Raises:
        InputError: ``pg_dump`` failed; the message has its first line.
        NotAllowedError: the database's user is not the owner of the tables.
    """
    where, environment = address(engine)
    command = [
        program("pg_dump", engine),
        "--format=custom",
        f"--snapshot={snapshot}",
        "--no-owner",
        "--no-privileges",
        "--no-password",
        "--dbname",
        where,
    ]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603  (a program that we found by its name)
            command, stdout=subprocess.PIPE, stderr=said, stdin=subprocess.DEVNULL, env=environment
        ) as process,
    ):
        try:
            assert process.stdout is not None  # noqa: S101  (it is a pipe)
            while piece := process.stdout.read(PIECE):
                yield piece
        finally:
            if process.poll() is None and process.stdout is not None:
                process.stdout.close()
        if process.wait() != 0:
            said.seek(0)
            raise _failure("pg_dump", said.read())


def load(engine: Engine, dumped: Path) -> None:
    """Load a dump into an empty database, whole or not at all.

    Raises:
        InputError: ``pg_restore`` failed, and nothing has changed.
        NotAllowedError: the same, for want of a right.
    """
    where, environment = address(engine)
    command = [
        program("pg_restore", engine),
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        "--no-password",
        "--dbname",
        where,
        str(dumped),
    ]
    _run(command, environment)


def _run(command: Sequence[str], environment: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603  (a program that we found by its name)
        command, capture_output=True, stdin=subprocess.DEVNULL, env=environment, check=False
    )
    if done.returncode != 0:
        raise _failure(Path(command[0]).name, done.stderr)


def _failure(name: str, said: bytes) -> DomainError:
    if DENIED in said:
        return NotAllowedError(
            _s(
                "PORTAL_DATABASE_URL の利用者には、%(program)s に要る権限がありません。"
                "表を持つ利用者のアドレス（backup.env）で実行してください。"
                "途中のものは残っていません。"
            )
            % {"program": name}
        )
    lines = said.decode("utf-8", "replace").strip().splitlines() or [""]
    return InputError(
        _s("%(program)s が失敗しました（%(reason)s）。途中のものは残っていません。")
        % {"program": name, "reason": lines[0][:200]}
    )
