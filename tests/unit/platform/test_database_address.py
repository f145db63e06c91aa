"""Addresses of databases: one file, one host, or several of which one can be written."""

from pathlib import Path

import pytest

from portal.domain.foundation.errors import InputError
from portal.platform.database import make_engine
from portal.platform.database_address import database_file, read_address


@pytest.mark.parametrize(
    ("hosts", "host", "port"),
    [
        ("a:5433,b", "a,b", "5433,5432"),
        ("a.example.jp:5432,b.example.jp:6432", "a.example.jp,b.example.jp", "5432,6432"),
        ("[2001:db8::1]:5433,[2001:db8::2]", "2001:db8::1,2001:db8::2", "5433,5432"),
    ],
)
def test_several_hosts_are_a_list_as_libpq_has_it(hosts: str, host: str, port: str) -> None:
    for user in ("", "portal:p%40ss@"):
        address = read_address(f"postgresql://{user}{hosts}/db?sslmode=require")
        _positional, given = make_engine(str(address)).dialect.create_connect_args(address)
        assert (given["host"], given["port"], given["dbname"]) == (host, port, "db")
        assert given["sslmode"] == "require"
        assert given.get("password") == ("p@ss" if user else None)


@pytest.mark.parametrize("url", ["", "mysql://a/b", "postgresql", "postgresql://a:x,b:y:z/db"])
def test_what_is_no_address_is_one_sentence(url: str) -> None:
    with pytest.raises(InputError) as refused:
        make_engine(url)
    assert "PORTAL_DATABASE_URL" in refused.value.message


def test_one_host_and_a_file_stay_as_they_are() -> None:
    assert read_address("postgresql://u@h:5/db").host == "h"
    assert read_address("sqlite:///x.sqlite3").database == "x.sqlite3"


def test_only_sqlite_is_a_file() -> None:
    assert database_file("sqlite:///x.sqlite3") == Path("x.sqlite3")
    assert database_file("postgresql://u@a:5432,b:5433/db") is None
