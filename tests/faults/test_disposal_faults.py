"""A disposal that is killed: nothing has happened, or the next run ends it; never half readable."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from portal.cli.context import Context
from portal.domain.foundation.audit.heads import load_signer, name_of
from portal.domain.foundation.audit.verifying import verify
from portal.domain.foundation.clock import DatabaseClock
from portal.domain.foundation.vault import load_vault
from portal.domain.foundation.work import WorkSource
from portal.domain.oversight.disposal.attested import Attested
from portal.domain.oversight.disposal.household.keys import family_keys
from portal.domain.oversight.disposal.household.services import (
    Decision,
    dispose_of,
    done_before,
    household_numbered,
)
from portal.domain.oversight.disposal.household.traces import count_traces
from portal.domain.oversight.disposal.recording import preview
from portal.domain.oversight.disposal.services import begin, the_disposal
from portal.domain.oversight.disposal.states import COMPLETE
from portal.domain.people.households.models import DisposedHousehold, Household
from portal.platform.database import Database, make_engine
from portal.platform.disposed_households import bring_list_up_to_date
from portal.platform.disposing.steps import Place, carry_on, holdings_of
from portal.platform.household_list import FILE
from tests.support.coupons import NOW
from tests.support.faults.killing import killed_before
from tests.support.oversight.ended import HOUSEHOLDS, Ended, end
from tests.support.oversight.family import fill
from tests.support.programs.command import CommandLine
from tests.support.programs.servers import PATIENCE, StartServer, free_port
from tests.support.work import work_in

NUMBER = "9800000001"


@pytest.fixture
def ended(new_database: Callable[[bool], str], tmp_path: Path) -> Iterator[Ended]:
    made = end(new_database(False), tmp_path)
    yield made
    made.database.engine.dispose()


def begin_now(ended: Ended) -> None:
    """Both people said yes; nothing has gone yet."""
    with ended.database.write() as session:
        work = work_in(session, ended.ending.officer, DatabaseClock().now(session))
        found = preview(work, holdings_of(ended.settings, session))
        begin(work, ended.ending.ward, list(Attested), found)


def carry_on_until_killed(ended: Ended, survived: set[str]) -> str:
    """Run the steps in a process that kills itself at the first new one; return its name.

    "" where it came to its end.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:

        def step(name: str) -> None:
            if name not in survived:
                os.write(writing, name.encode())
                os.kill(os.getpid(), signal.SIGKILL)

        code = 1
        try:
            context = Context(ended.settings)
            carry_on(
                Place(
                    ended.settings,
                    Database(make_engine(ended.settings.database_url)),
                    context.load_program(),
                    DatabaseClock(),
                    context.actor,
                    patience=0.0,
                    step=step,
                )
            )
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    _child, status = os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as told:
        name = told.read().decode()
    assert os.waitstatus_to_exitcode(status) == (-signal.SIGKILL if name else 0)
    return name


def half_readable(ended: Ended) -> bool:
    """Whether a key that wraps others is there, while some family's row is not."""
    key = ended.settings.key_dir / "kek.key"
    with ended.database.read() as session:
        rows = session.scalar(select(func.count(Household.id)))
    return key.exists() and rows != HOUSEHOLDS + 1


def test_killed_at_every_step_it_is_nothing_or_ended_by_the_next_run(ended: Ended) -> None:
    signer = load_signer(ended.settings.key_dir)
    assert signer is not None
    before = ended.backup()
    assert (ended.settings.key_dir / "kek.key").exists()
    begin_now(ended)
    ended.database.engine.dispose()
    killed: set[str] = set()
    while name := carry_on_until_killed(ended, killed):
        assert not half_readable(ended)
        ended.database.engine.dispose()
        killed.add(name)
    assert {"key kek.key", "remove rows", "keep that rows are gone", "sign", "complete"} < killed
    with ended.database.read() as session:
        row = the_disposal(session)
        assert row is not None
        assert row.state == COMPLETE
        key = signer.public_key
        found = verify(session, NOW, {name_of(key): key})
        assert (found.is_whole, found.waiting) == (True, 0)
    assert not list(ended.settings.key_dir.iterdir())
    assert ended.verify(before).exit_code == 0


def _one_household(ended: Ended, database: Database) -> None:
    decision = Decision("5汐子第77号", NOW.date())
    context, vault = Context(ended.settings), load_vault(ended.settings.key_dir)
    source = WorkSource(
        database.read,
        database.write,
        vault,
        DatabaseClock(),
        ended.ending.officer,
        context.load_program(),
    )
    with source.writing() as work:
        if done_before(work, NUMBER) is None:
            home = household_numbered(work, NUMBER, may_know=False)
            dispose_of(work, ended.ending.ward, home, decision, papers_gone=True)
    bring_list_up_to_date(ended.settings, source)


def test_one_household_killed_anywhere_is_whole_or_gone(ended: Ended) -> None:
    with ended.database.write() as session:
        fill(session, ended.last)
        whole = count_traces(session, family_keys(session, ended.last.household_id))
    ended.database.engine.dispose()
    statement, gone = 1, False
    url = ended.settings.database_url
    while not killed_before(statement, url, partial(_one_household, ended)):
        with ended.database.read() as session:
            row = session.scalar(select(DisposedHousehold.id))
            home = session.get_one(Household, ended.last.household_id)
            left = count_traces(session, family_keys(session, home.id))
            assert (row is None) == (home.state == "active") == (left == whole)
            gone = row is not None
        ended.database.engine.dispose()
        statement += 1 if gone else 9
    assert ended.backup().with_name(FILE).exists()


def closed(address: str) -> httpx.Response:
    """What a site answers when it has come back without keys."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(httpx.TransportError):
            answer = httpx.get(address)
            if answer.status_code == 410:
                return answer
        time.sleep(0.2)
    raise AssertionError(f"{address} goes on")


def test_both_sites_close_with_the_data_and_hold_no_keys(
    ended: Ended, start_server: StartServer
) -> None:
    line = CommandLine(
        ended.settings.data_dir,
        ended.settings.database_url,
        extra={
            "PORTAL_ENVIRONMENT": "test",
            "PORTAL_KEY_DIR": str(ended.settings.key_dir),
            "PORTAL_BACKUP_DIR": str(ended.settings.backup_dir),
        },
    )
    addresses = {}
    for site in ("resident", "staff"):
        port = free_port()
        start_server(
            ["portal", "serve", site, "--port", str(port)], port=port, env=line.environment()
        )
        addresses[site] = f"http://127.0.0.1:{port}/"
    assert httpx.get(addresses["resident"]).status_code == 200
    done = ended.dispose()
    assert done.exit_code == 0, done.output
    for address in addresses.values():
        answer = closed(address + "anything?x=1")
        assert "廃棄しました" in answer.text or "終わりました" in answer.text
        assert "set-cookie" not in answer.headers
        assert httpx.get(address + "healthz").status_code == 200
