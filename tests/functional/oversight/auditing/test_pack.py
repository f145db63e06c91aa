"""The pack about an incident names every family, what was seen of it, first and last."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.oversight.auditing.pack import Seen, make_pack, report_of
from portal.domain.oversight.auditing.searching import Wanted
from portal.domain.oversight.person_lists.contents import Asked, content_of
from portal.domain.oversight.person_lists.kinds import Scope
from portal.domain.people.households.looks import VIEWED
from portal.platform.database import Database
from tests.support.coupons import NOW
from tests.support.people import add_person
from tests.support.staff import hire
from tests.support.work import work_in

WHOLE = Wanted(NOW - timedelta(hours=1), NOW + timedelta(hours=1))


def event(
    staff: int, minute: int, action: str, household: int | None, **detail: str
) -> dict[str, Any]:
    """A row of the audit."""
    return {
        "at": NOW + timedelta(minutes=minute),
        "actor_role": "officer",
        "actor_id": staff,
        "channel": "portal",
        "action": action,
        "subject": "household",
        "subject_id": household,
        "household_id": household,
        "detail": detail,
        "sealed": None,
    }


def test_families_fields_and_instants(database: Database) -> None:
    one, other = (add_person(database, NOW, number=f"98000000{n}7").household_id for n in (1, 2))
    key, second = (hire(database, NOW, Role.OFFICER, login).id for login in ("a", "b"))
    with database.write() as session:
        rows = [
            event(key, 1, VIEWED, None, page="GET /tasks", households=f" {one} {other} "),
            event(key, 2, "household.unmasked", one, part="address"),
            event(key, 3, "coupon.revealed", one) | {"actor_role": "resident"},
            event(second, 4, "household.opened", other),
            event(key, 5, "report.taken", None),
            event(key, 90, "household.opened", other),
        ]
        session.execute(insert(AuditEvent), rows)
    actor = Actor(Role.WARD_OFFICER, 1, Organization.WARD)
    with database.read() as session:
        work = work_in(session, actor)
        pack = make_pack(work, WHOLE)
        assert (pack.events, pack.staff, pack.elsewhere) == (4, 2, 1)
        assert [(f.key, f.events, f.seen) for f in pack.families] == [
            (one, 2, {Seen.PAGE, Seen.ADDRESS}),
            (other, 2, {Seen.PAGE, Seen.OPENED}),
        ]
        assert pack.families[1].last_at == NOW + timedelta(minutes=4)
        assert pack.persons == 2 + sum(family.children for family in pack.families) > 2
        by_one = make_pack(work, Wanted(WHOLE.start, WHOLE.end, login="b"))
        assert [family.key for family in by_one.families] == [other]
        for typed in (f"#{one}", f"＃{one}"):
            of_one = make_pack(work, Wanted(WHOLE.start, WHOLE.end, household=typed))
            assert [family.key for family in of_one.families] == [one]
        report = report_of(work, pack)
        shown = content_of(work, pack, Asked(Scope(), include_protected=True, most=9))
        rest = content_of(work, pack, Asked(Scope(), include_protected=True, most=1))
    titles = [table.title for table in report.tables]
    assert [title[:1] for title in titles[:3]] == ["1", "2", "3"]
    assert [row[0] for row in shown.table.rows] == [f"#{one}", f"#{other}"]
    assert rest.households == (one,)
