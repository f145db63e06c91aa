"""Reads PORTAL_DATABASE_URL: a SQLite file, or PostgreSQL on one host or several."""

import re
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s

DRIVER = "postgresql+psycopg"
_HOSTS = re.compile(
    r"postgres(?:ql)?(?:\+\w+)?://(?P<user>[^/?]*@)?(?P<hosts>[^/?@]*,[^/?@]*)(?P<rest>.*)"
)


def read_address(url: str) -> URL:
    """Return the address; PostgreSQL's hosts may be a list as libpq has it, ``a:5432,b:5432``.

    Raises:
        InputError: the address is not one of SQLite or PostgreSQL.
    """
    try:
        parsed = _several_hosts(url) or make_url(url)
        backend = parsed.get_backend_name()
        if backend == "sqlite":
            return parsed
        if backend == "postgresql":
            return parsed.set(drivername=DRIVER)
    except (ArgumentError, NoSuchModuleError, ValueError):
        pass
    raise InputError(
        _s(
            "PORTAL_DATABASE_URL は sqlite:///ファイル名 か postgresql:"
            "//利用者@ホスト/データベース の形で書いてください。"
        )
    )


def sqlite_file(address: URL) -> Path | None:
    """Return the file of a SQLite database; None for one in memory and for PostgreSQL."""
    name = address.database if address.get_backend_name() == "sqlite" else None
    return Path(name) if name and name != ":memory:" else None


def database_file(url: str) -> Path | None:
    """Return the file that an address as typed means; None for PostgreSQL and for memory.

    Raises:
        InputError: the address is not one of SQLite or PostgreSQL.
    """
    return sqlite_file(read_address(url))


def _several_hosts(url: str) -> URL | None:
    """Return the address of a list of hosts, which SQLAlchemy wants as parameters."""
    found = _HOSTS.fullmatch(url)
    if found is None:
        return None
    named = [_host_and_port(one) for one in found["hosts"].split(",")]
    hosts = {
        "host": ",".join(host for host, _port in named),
        "port": ",".join(port for _host, port in named),
    }
    return make_url(f"postgresql://{found['user'] or ''}{found['rest']}").update_query_dict(hosts)


def _host_and_port(named: str) -> tuple[str, str]:
    host, _colon, port = named.rpartition(":")
    if not host or port.endswith("]"):  # no port: a name, or an address of IPv6 in brackets
        host, port = named, "5432"
    if not port.isdecimal():
        raise ValueError(port)
    return host.strip("[]"), port
