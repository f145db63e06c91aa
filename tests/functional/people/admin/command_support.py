"""A deployment on which people run commands in their names, each with the app on the phone."""

import json
from dataclasses import dataclass, field
from typing import Any

import pyotp
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from portal.cli.context import Context
from portal.cli.people.staff import staff
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.households.protection import protection_loaded
from portal.domain.people.staff.models import StaffUser
from portal.settings import Settings
from tests.support.programs.servers import ROOT, clean_environment
from tests.support.proofs import typed_when_asked
from tests.support.staff import finish_enrollment

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

    def hire(
        self, login: str, organization: str, role: str, *by: str, enrolled: bool = True
    ) -> None:
        """Add an account; ``by`` are the options of who decides, each giving a fresh code."""
        who = ("--login", login, "--name", login, "--organization", organization, "--role", role)
        codes = tuple(self.fresh_code(person) for person in by[1::2])
        done = self.by_codes(staff, "add", *who, "--json", *by, codes=codes)
        assert done.exit_code == 0, done.output
        self.secrets[login] = json.loads(done.stdout)["totp_secret"]
        if enrolled:
            context = Context(self.settings)
            finish_enrollment(context.database(), login)
            context.database().engine.dispose()

    def code(self, login: str, later: int = 0) -> str:
        return pyotp.TOTP(self.secrets[login]).at(self.now, counter_offset=later)

    def fresh_code(self, login: str) -> str:
        """A code that works however many this person has given before."""
        self.forget_used_codes()
        return self.code(login)

    def forget_used_codes(self) -> None:
        """Act as if half a minute had gone by."""
        context = Context(self.settings)
        with context.database().write() as session:
            session.execute(update(StaffUser).values(totp_last_step=None))
        context.database().engine.dispose()

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
