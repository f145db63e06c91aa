"""``--by LOGIN`` proves who it is: a code of that person's app, and of the second person's own.

The attack: somebody with a shell typed the logins of an officer and of the ward, and was both.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from portal.cli.context import Context
from portal.cli.mailroom.roster import roster_group as roster
from portal.cli.operating_user import operating_user
from portal.cli.oversight.copies import copies
from portal.cli.people.staff import staff
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.vault import make_keys
from portal.domain.people.households.protection import protection_loaded
from portal.domain.people.staff.models import StaffUser
from portal.platform.startup import initialize
from portal.settings import Settings, load_settings
from tests.support.programs import warm
from tests.support.programs.servers import PATIENCE, ROOT, clean_environment
from tests.support.proofs import typed_when_asked

COPY = ("--kind", "other", "--place", "棚1", "--owner", "区", "--purpose", "試し")
SOON = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
ADD = ("add", *COPY, "--until", SOON, "--by", "officer")
NONE = ("protection", "none", "--date", "2023-06-01", "--by", "officer", "--confirmed-by", "ward")
PEOPLE = {
    "officer": ("contractor", "officer"),
    "second": ("contractor", "officer"),
    "ward": ("ward", "ward_officer"),
    "agent": ("contractor", "agent"),
}


@dataclass
class House:
    """A deployment with people, and what each has on the phone."""

    settings: Settings
    secrets: dict[str, str] = field(default_factory=dict)

    def run(self, group: Any, *words: str, typed: str = "") -> Result:
        context = Context(self.settings)
        left, lines = typed_when_asked(words)
        try:
            return CliRunner().invoke(group, left, obj=context, input=lines + typed)
        finally:
            context.database().engine.dispose()

    def by_codes(self, group: Any, *words: str, codes: tuple[str, ...]) -> Result:
        return self.run(group, *words, "--codes-fd", "0", typed="".join(f"{c}\n" for c in codes))

    def hire(self, login: str, organization: str, role: str) -> None:
        who = ("--login", login, "--name", login, "--organization", organization, "--role", role)
        done = self.run(staff, "add", *who, "--json")
        assert done.exit_code == 0, done.output
        self.secrets[login] = json.loads(done.stdout)["totp_secret"]

    def code(self, login: str, later: int = 0) -> str:
        return pyotp.TOTP(self.secrets[login]).at(self.now, counter_offset=later)

    @property
    def now(self) -> int:
        context = Context(self.settings)
        with context.database().read() as session:
            instant = int(context.clock.now(session).timestamp())
        context.database().engine.dispose()
        return instant

    def events(self, *actions: str) -> list[AuditEvent]:
        context = Context(self.settings)
        with context.database().read() as session:
            query = select(AuditEvent).where(AuditEvent.action.in_(actions)).order_by(AuditEvent.id)
            found = list(session.scalars(query))
            session.expunge_all()
        context.database().engine.dispose()
        return found

    def id_of(self, login: str) -> int:
        context = Context(self.settings)
        with context.database().read() as session:
            found = session.scalars(select(StaffUser.id).where(StaffUser.login == login)).one()
        context.database().engine.dispose()
        return found

    @property
    def none_recorded(self) -> bool:
        context = Context(self.settings)
        with context.database().read() as session:
            found = protection_loaded(session)
        context.database().engine.dispose()
        return found

    def environment(self) -> dict[str, str]:
        return clean_environment(
            PORTAL_DATA_DIR=str(self.settings.data_dir),
            PORTAL_DATABASE_URL=self.settings.database_url,
            PORTAL_PROGRAM="sample",
            PORTAL_LANG="ja",
            PYTHONPATH=str(ROOT),
        )


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> House:
    made = load_settings(
        {
            "PORTAL_DATA_DIR": str(tmp_path / "data"),
            "PORTAL_DATABASE_URL": database_url,
            "PORTAL_PROGRAM": "sample",
        }
    )
    make_keys(made.key_dir)
    initialize(made)
    house = House(made)
    for login, (organization, role) in PEOPLE.items():
        house.hire(login, organization, role)
    return house


def test_a_login_alone_is_nobody(house: House, tmp_path: Path) -> None:
    """Without a terminal and without a code, and with any word for a code."""
    words = ("copies", *ADD)
    program = warm.start("portal", *words, env=house.environment())
    _out, err = program.communicate(timeout=PATIENCE)
    assert program.wait() == 1
    assert "--codes-fd" in err
    for typed in ("", "000000", "officer", "12345"):
        refused = house.by_codes(copies, *ADD, codes=(typed,))
        assert refused.exit_code == 1
        assert len(refused.stderr.splitlines()) == 1
    assert house.events("data_copy.registered", "staff.command_proven") == []


def test_the_code_is_the_persons_own_and_works_once(house: House) -> None:
    assert house.by_codes(copies, *ADD, codes=(house.code("ward"),)).exit_code == 1
    code = house.code("officer")
    assert house.by_codes(copies, *ADD, codes=(code,)).exit_code == 0
    again = house.by_codes(copies, *ADD, codes=(code,))
    assert again.exit_code == 1
    assert "もう使われました" in again.stderr
    assert house.by_codes(copies, *ADD, codes=(house.code("officer", 1),)).exit_code == 0


def test_the_event_names_the_person_and_the_user_of_the_machine(house: House) -> None:
    assert house.by_codes(copies, *ADD, codes=(house.code("officer"),)).exit_code == 0
    proven, entered = house.events("staff.command_proven", "data_copy.registered")
    for event in (proven, entered):
        assert (event.actor_id, event.channel) == (house.id_of("officer"), "command")
        assert event.detail["os_user"] == operating_user() != ""
    assert proven.detail["command"].endswith("add")
    hired = house.events("staff.added")[0]
    assert (hired.actor_role, hired.detail["os_user"]) == ("system", operating_user())


def test_two_people_are_two_proofs(house: House) -> None:
    officer, ward = house.code("officer"), house.code("ward")
    for codes in ((officer,), ("000000", ward)):
        assert house.by_codes(roster, *NONE, codes=codes).exit_code == 1
    twice = (*NONE[:-1], "officer")
    same = house.by_codes(roster, *twice, codes=(house.code("officer", 1),) * 2)
    assert same.exit_code == 1
    assert "ほかの人" in same.stderr
    assert not house.none_recorded
    done = house.by_codes(roster, *NONE, codes=(house.code("officer", 1), ward))
    assert done.exit_code == 0, done.output
    assert house.none_recorded


def test_a_dry_run_is_no_way_around(house: House) -> None:
    assert house.by_codes(roster, *NONE, "--dry-run", codes=("000000", "000000")).exit_code == 1
    codes = house.code("officer"), house.code("ward")
    assert house.by_codes(roster, *NONE, "--dry-run", codes=codes).exit_code == 0
    assert not house.none_recorded


def test_wrong_codes_are_counted_together_with_those_of_the_site(house: House) -> None:
    answers = [house.by_codes(copies, *ADD, codes=("000000",)) for _try in range(6)]
    assert "続けて間違えた" in answers[-1].stderr
    right = house.by_codes(copies, *ADD, codes=(house.code("officer"),))
    assert right.exit_code == 1
    refused = house.events("staff.code_refused")
    assert len(refused) == 5
    assert {event.detail["os_user"] for event in refused} == {operating_user()}
    assert house.events("data_copy.registered") == []


def test_who_may_not_or_is_gone_proves_in_vain(house: House) -> None:
    by_agent = (*ADD[:-1], "agent")
    assert house.by_codes(copies, *by_agent, codes=(house.code("agent"),)).exit_code == 1
    assert house.run(staff, "deactivate", "--login", "officer").exit_code == 0
    assert house.by_codes(copies, *ADD, codes=(house.code("officer"),)).exit_code == 1
    assert house.by_codes(copies, *(*ADD[:-1], "nobody"), codes=("000000",)).exit_code == 1
    assert house.events("data_copy.registered") == []


def test_nobody_makes_himself_a_second_person_once_there_is_an_administrator(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = ("--name", "だれか", "--organization", "ward", "--role", "ward_officer")
    house.hire("admin", "contractor", "administrator")
    for extra in ((), ("--by", "officer", "--codes-fd", "0")):
        refused = house.run(
            staff, "add", "--login", "x", *who, *extra, typed=f"{house.code('officer')}\n"
        )
        assert refused.exit_code == 1
        assert house.run(staff, "unlock", "--login", "ward").exit_code == 1
    assert house.run(staff, "deactivate", "--login", "admin").exit_code == 0
    assert house.run(staff, "add", "--login", "x", *who).exit_code == 1
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    emergency = ("add", "--login", "y", *who, "--no-administrator")
    assert house.run(staff, *emergency).exit_code == 1
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert house.run(staff, *emergency).exit_code == 0
    assert len(house.events("staff.without_administrator")) == 1


def test_an_administrator_adds_and_unlocks(house: House) -> None:
    who = ("--name", "だれか", "--organization", "ward", "--role", "ward_officer")
    house.hire("admin", "contractor", "administrator")
    add = ("add", "--login", "new", *who, "--by", "admin")
    assert house.by_codes(staff, *add, codes=(house.code("admin"),)).exit_code == 0
    unlock = ("unlock", "--login", "ward", "--by", "admin")
    assert house.by_codes(staff, *unlock, codes=(house.code("admin", 1),)).exit_code == 0
    assert house.events("staff.added")[-1].actor_id == house.id_of("admin")


def test_at_a_terminal_the_code_is_asked_and_not_shown(house: House) -> None:
    ours, theirs = os.openpty()
    command = ["setsid", "--ctty", "--wait", sys.executable, "-m", "portal", "copies", *ADD]
    program = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=house.environment(), cwd=ROOT
    )
    os.close(theirs)
    shown = ""
    while "officer の認証アプリの番号" not in shown:
        shown += os.read(ours, 1000).decode()
    code = house.code("officer")
    os.write(ours, f"{code}\n".encode())
    assert program.wait(timeout=PATIENCE) == 0
    shown += os.read(ours, 1000).decode()
    os.close(ours)
    assert code not in shown
    assert "写しの番号は" in shown
