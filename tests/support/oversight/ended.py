"""A deployment at its end: settled, receipted by the ward, with a backup and a plain letter."""

import json
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.cli.context import Context
from portal.cli.main import portal as cli
from portal.cli.oversight.dispose import dispose
from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.oversight.disposal.attested import Attested
from portal.domain.oversight.registers import services
from portal.domain.oversight.registers.kinds import REGISTERS, RegisterKind
from portal.domain.oversight.registers.services import NewEntry
from portal.domain.oversight.settlement.closing import confirm_closing, propose_closing
from portal.domain.people.staff.services import Profile, add_staff
from portal.platform.backups.identities import make_identity
from portal.platform.database import Database
from portal.platform.startup import initialize
from portal.settings import Settings
from tests.support.coupons import AMOUNT
from tests.support.oversight.settlement import AFTER_ALL, Ending, make_ending
from tests.support.people import Person, add_person
from tests.support.proofs import invoke
from tests.support.resident import write_keys
from tests.support.staff import PASSWORD
from tests.support.work import work_in

HOUSEHOLDS = 12
LETTER = b"%PDF letter of a canary family"
RECEIPTED = (RegisterKind.DELIVERABLE, RegisterKind.ORIGINALS, RegisterKind.LETTERS)
DECISION = Instruction("5汐子第9号", date(2024, 4, 1))
CLERK, WARD = "clerk", "mori"


@dataclass
class Ended:
    """The deployment, and what a test does with it."""

    settings: Settings
    database: Database
    ending: Ending
    identity: Path
    recipient: str
    last: Person

    @property
    def letter(self) -> Path:
        return self.settings.letters_dir / "run-1" / "a.pdf"

    def run(self, *words: object) -> Result:
        """A command of this deployment that nobody has to prove."""
        environment = {
            "PORTAL_DATA_DIR": str(self.settings.data_dir),
            "PORTAL_KEY_DIR": str(self.settings.key_dir),
            "PORTAL_DATABASE_URL": self.settings.database_url,
            "PORTAL_PROGRAM": self.settings.program,
            "PORTAL_BACKUP_DIR": str(self.settings.backup_dir),
            "PORTAL_BACKUP_RECIPIENTS": self.recipient,
            "PORTAL_BACKUP_OWNER": "情報課",
            "PORTAL_LANG": "ja",
        }
        return CliRunner().invoke(cli, [str(word) for word in words], env=environment)

    def dispose(
        self, *words: object, by: str = CLERK, other: str = WARD, attest: tuple[str, ...] = ()
    ) -> Result:
        """``portal dispose run`` with both people at the keyboard."""
        given = attest or tuple(one.value for one in Attested)
        options = [word for one in given for word in ("--attest", one)]
        arguments = ["run", *options, "--by", by, "--confirmed-by", other, *words]
        context = Context(self.settings)
        try:
            return invoke(dispose, arguments, context)
        finally:
            context.database().engine.dispose()

    def backup(self) -> Path:
        done = self.run("backup", "--json")
        assert done.exit_code == 0, done.output
        return Path(json.loads(done.stdout)["file"])

    def verify(self, backup: Path, *words: object) -> Result:
        """The ward's check of a copy, with the secret key of backups."""
        return self.run("dispose", "verify", backup, "--identity", self.identity, *words)

    def enter(
        self,
        kind: RegisterKind,
        party: str = "一式",
        *,
        confirmed: bool = True,
        session: Session | None = None,
    ) -> None:
        with nullcontext(session) if session is not None else self.database.write() as used:
            work = work_in(used, self.ending.officer, AFTER_ALL)
            row = services.enter(work, _entry(kind, party))
            if confirmed:
                services.confirm(work.acting_as(self.ending.ward), row.id, DECISION)


def _entry(kind: RegisterKind, party: str) -> NewEntry:
    register = REGISTERS[kind]
    return NewEntry(
        kind.value,
        date(2024, 4, 1),
        party,
        "第1号" if register.number is not None else "",
        date(2024, 5, 1) if register.until is not None else None,
    )


def end(url: str, folder: Path) -> Ended:
    """Let a program come to its end: twelve children, and a family that came after it."""
    identity = folder / "identity"
    settings = Settings(
        program="sample",
        data_dir=folder / "data",
        key_dir=folder / "keys",
        database_url=url,
        environment="test",
        backup_dir=folder / "backups",
    )
    write_keys(settings.key_dir)
    initialize(settings)
    context = Context(settings)
    database = context.database()
    (folder / "codes").mkdir()
    ending = make_ending(database, folder / "codes", HOUSEHOLDS)
    _settle(ending)
    with database.write() as session:
        work = work_in(session, now=AFTER_ALL)  # the audit is in the order of its time
        for login, organization, role in (
            (CLERK, Organization.CONTRACTOR, Role.OFFICER),
            ("second", Organization.CONTRACTOR, Role.OFFICER),
            (WARD, Organization.WARD, Role.WARD_OFFICER),
        ):
            add_staff(
                work,
                Profile(login, f"廃棄の{login}", organization, role),
                password=PASSWORD,
                enrolled=True,
            )
    _count_on(database)
    last = add_person(database, AFTER_ALL, number="9800000001", active=True)
    ended = Ended(settings, database, ending, identity, make_identity(identity), last)
    for kind in RECEIPTED:
        ended.enter(kind)
    ended.letter.parent.mkdir(parents=True)
    ended.letter.write_bytes(LETTER)
    return ended


def _count_on(database: Database) -> None:
    """Let PostgreSQL number rows behind those that were given their numbers."""
    with database.write() as session:
        if session.get_bind().dialect.name == "postgresql":
            for table in ("household", "child", "entitlement"):
                newest = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM "
                session.execute(text(newest + table))


def _settle(ending: Ending) -> None:
    ending.show([0, 1, 2])
    for place, action in ((4, "decline"), (5, "deem_declined"), (6, "deliver_alternative")):
        ending.end(place, action)
    lapsed = [(place, "期限切れ", 0) for place in (2, 3, *range(7, HOUSEHOLDS))]
    ending.take([(0, "交換済", AMOUNT), (1, "一部利用", 12_345), *lapsed])
    for actor, act in ((ending.officer, propose_closing), (ending.ward, confirm_closing)):
        with ending.database.write() as session:
            act(work_in(session, actor, AFTER_ALL, program=ending.program))
