"""A site does not start where something is contradictory or dangerous, and says what to do."""

import logging
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from portal.cli import port
from portal.cli.port import claim
from portal.domain.foundation.errors import InputError
from portal.platform.database import make_engine
from portal.platform.startup import (
    check_prepared,
    check_program_at_start,
    initialize,
)
from portal.settings import Settings
from tests.support.programs.command import CommandLine
from tests.support.programs.servers import free_port
from tests.support.resident import Resident, write_program


def test_a_deadline_before_its_start_stops_the_start(
    sqlite_resident: Resident, tmp_path: Path
) -> None:
    path = write_program(tmp_path)
    text = path.read_text("utf-8")
    path.write_text(text.replace('sign_in_to = "2023-12-31"', 'sign_in_to = "2023-06-30"'), "utf-8")
    with pytest.raises(InputError) as refused:
        check_program_at_start(replace(sqlite_resident.site.settings, program=str(path)))
    assert "2023-06-30" in refused.value.message or "サインイン" in refused.value.message


def test_what_is_doubtful_goes_to_the_log_in_words(
    sqlite_resident: Resident, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "portal.start"):
        check_program_at_start(replace(sqlite_resident.site.settings, program="sample"))
    assert any("2023-12-28" in record.getMessage() for record in caplog.records), (
        "the last staffed day"
    )


@pytest.fixture
def production(tmp_path: Path) -> Iterator[Settings]:
    """A deployment for families, as it should be."""
    before = os.umask(0o077)
    settings = Settings(
        program="sample",
        data_dir=tmp_path / "data",
        key_dir=tmp_path / "data" / "keys",
        database_url=f"sqlite:///{tmp_path / 'data' / 'portal.sqlite3'}",
        public_url="https://coupon.example.jp",
        admin_url="https://staff.example.jp",
        trusted_proxies=("10.0.0.0/24",),
    )
    initialize(settings)
    yield settings
    os.umask(before)


def test_a_deployment_that_is_as_it_should_be_starts(production: Settings) -> None:
    check_prepared(production)
    check_prepared(replace(production, trusted_proxies=(), reached_directly=True))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"public_url": "http://coupon.example.jp"}, "PORTAL_PUBLIC_URL=http://coupon.example.jp"),
        ({"admin_url": "http://staff.example.jp"}, "PORTAL_ADMIN_URL=http://staff.example.jp"),
        ({"trusted_proxies": ()}, "PORTAL_TRUSTED_PROXIES"),
    ],
)
@pytest.mark.asvs("12.2.1", "16.5.3")
def test_production_does_not_start_with_a_dangerous_setting(
    production: Settings, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError) as refused:
        check_prepared(replace(production, **changed))
    assert said in refused.value.message
    check_prepared(replace(production, environment="test", **changed))


def test_a_refusal_stands_alone_and_doubts_are_told_once_it_starts(
    production: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "portal.start"):
        with pytest.raises(InputError):
            check_prepared(replace(production, trusted_proxies=()))
        assert caplog.records == []
        check_prepared(production)
    assert any("2023-12-28" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("name", ["keys/pepper.key", "keys", "portal.sqlite3", "."])
@pytest.mark.asvs("13.3.1")
def test_production_does_not_start_while_others_can_read_keys_or_data(
    production: Settings, name: str
) -> None:
    path = (production.data_dir / name).resolve()
    path.chmod(path.stat().st_mode | 0o044)
    with pytest.raises(InputError, match=rf"chmod [67]00 {path}"):
        check_prepared(production)
    path.chmod(0o700 if path.is_dir() else 0o600)
    check_prepared(production)


@pytest.mark.asvs("13.3.2")
def test_what_a_command_makes_can_be_read_by_its_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert CommandLine(folder).run("init").returncode == 0
    open_ones = {
        path.name: oct(path.stat().st_mode)
        for path in (folder, *folder.rglob("*"))
        if path.stat().st_mode & 0o077
    }
    assert open_ones == {}


def test_sqlite_writes_through_to_the_disk_before_it_says_done(production: Settings) -> None:
    engine = make_engine(production.database_url)
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    engine.dispose()


def test_a_command_that_starts_while_the_database_is_away_ends_with_one_sentence(
    tmp_path: Path,
) -> None:
    away = f"postgresql://portal@127.0.0.1:{free_port()}/portal"
    done = CommandLine(tmp_path, away).run("serve", "resident", "--port", str(free_port()))
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "PORTAL_DATABASE_URL" in done.stderr


def test_a_port_on_which_somebody_serves_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port, "PATIENCE", 0.3)
    with socket.socket() as theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as granian does
        theirs.bind(("127.0.0.1", 0))
        theirs.listen()
        number = theirs.getsockname()[1]
        for host in ("127.0.0.1", "0.0.0.0"):
            with pytest.raises(InputError, match=f"{number}.*--port"):
                claim(host, number)
