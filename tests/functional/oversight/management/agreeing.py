"""An answer of the ward, and everything agreed by it."""

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.clock import jst_date
from portal.domain.oversight.management import agreements, asking
from portal.domain.oversight.management.agreements import SUBJECTS, AgreedKey
from portal.platform.database import Database
from tests.support.coupons import NOW
from tests.support.staff import hire
from tests.support.work import work_in

QUESTION = 3


def ward_of(database: Database) -> Actor:
    """Somebody of the ward."""
    key = hire(database, NOW, Role.WARD_OFFICER, "agreeing").id
    return Actor(Role.WARD_OFFICER, key, Organization.WARD)


def answer(database: Database, ward: Actor) -> None:
    """The ward answers a question."""
    given = asking.Answer("案のとおりとする。", Instruction("5汐子第7号", jst_date(NOW)))
    with database.write() as session:
        asking.answer(work_in(session, ward), QUESTION, given)


def agree_all(database: Database) -> Actor:
    """Answer a question and agree everything by it; returns who of the ward did."""
    ward = ward_of(database)
    answer(database, ward)
    with database.write() as session:
        work = work_in(session, ward)
        for key in AgreedKey:
            agreements.agree(work, key, QUESTION, SUBJECTS[key].value(work.program))
    return ward
