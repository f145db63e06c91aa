"""``portal jobs`` and ``portal work --once``, as an operator uses them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.cli.operating_user import operating_user
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.jobs import aside
from portal.domain.foundation.jobs.aside import RowOfJob
from portal.domain.foundation.jobs.models import JobAside
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.vault import load_vault
from portal.domain.people.notices.messages import Message
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.services import Outgoing, enqueue
from portal.platform.database import Database, make_engine
from tests.support.programs.command import CommandLine, sentence
from tests.support.work import work_in

HOUR = timedelta(hours=1)


@pytest.fixture
def line(tmp_path: Path, sqlite_template: Path) -> CommandLine:
    line = CommandLine(tmp_path, extra={"PORTAL_ENVIRONMENT": "test"})
    line.set_up(sqlite_template)
    return line


def database(line: CommandLine) -> Database:
    return Database(make_engine(f"sqlite:///{line.data_dir / 'portal.sqlite3'}"))


def test_one_turn_of_a_job_by_hand_is_told_and_recorded(line: CommandLine) -> None:
    done = line.run("work", "--once", "match", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"job": "match", "handled": 0, "aside": 0}
    with database(line).read() as session:
        (event,) = session.scalars(select(AuditEvent).filter_by(action="job.run_by_hand"))
        user = operating_user()
        assert (event.detail, event.channel) == ({"job": "match", "os_user": user}, "command")
    listed = json.loads(line.run("jobs", "list", "--json").stdout)
    ages = {job["name"]: job["age_seconds"] for job in listed["jobs"]}
    assert ages["match"] is not None
    assert ages["remind"] is None


def test_what_is_due_is_sent_by_hand(line: CommandLine) -> None:
    now = datetime.now(UTC)
    vault = load_vault(line.data_dir / "keys")
    with database(line).write() as session:
        message = Message(None, "番号 123456")
        out = Outgoing("sms", "code.sign_in", "+819012345678", message, "k", None, now + HOUR)
        enqueue(work_in(session, now=now, vault=vault), out)
    done = line.run("work", "--once", "sms", "--json")
    assert json.loads(done.stdout)["handled"] == 1
    with database(line).read() as session:
        assert session.scalars(select(OutboxMessage.state)).all() == ["sent"]


def test_rows_set_aside_are_listed_and_tried_again(line: CommandLine) -> None:
    assert line.run("work", "--once", "sweep").returncode == 0
    store = database(line)
    with store.write() as session:
        work = work_in(session, now=datetime.now(UTC))
        for key in (41, 42, 43):
            aside.set_aside(work, RowOfJob(JobName.MATCH, "request", key), "KeyError")
    listed = line.run("jobs", "list")
    assert listed.returncode == 1  # somebody has to look
    assert "#1 match request 41 KeyError" in listed.stdout
    assert line.run("jobs", "retry").returncode == 2
    assert line.run("jobs", "retry", "2").returncode == 0
    assert "もう取り置かれていません" in sentence(line.run("jobs", "retry", "2"))
    assert line.run("jobs", "retry", "--job", "match").returncode == 0
    with store.read() as session:
        assert session.scalars(select(JobAside)).all() == []
        events = select(AuditEvent).filter_by(action="job.row_taken_back")
        assert len(session.scalars(events).all()) == 3
    assert "見つかりませんでした" in sentence(line.run("jobs", "retry", "--begun", "9"))
