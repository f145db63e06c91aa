"""An accident from its first minute to the end.

Clocks, nine fields, reports that the ward confirms.
"""

from datetime import datetime, timedelta

import pytest

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.mailroom.incidents import papers, queries, register, subjects
from portal.domain.mailroom.incidents.clocks import Clock, Pace
from portal.domain.mailroom.incidents.models import Incident, IncidentReport
from portal.domain.mailroom.incidents.register import Opening
from portal.domain.oversight.reports.incidents.reports import (
    frozen_report,
    incident_report,
    write_report,
)
from portal.domain.oversight.reports.incidents.tables import month_tables
from tests.functional.mailroom.incidents.support import Office
from tests.support.coupons import VAULT
from tests.support.work import work_in


def add_numbers(office: Office, incident: int, *numbers: str, kind: str = "coupon") -> int:
    with office.staff.database.write() as session:
        if kind == "letter":
            return subjects.add_letters(
                work_in(session, office.actor(), office.now), incident, "\n".join(numbers)
            )
        return subjects.add_codes(
            work_in(session, office.actor(), office.now), incident, "\n".join(numbers)
        )


def write(office: Office, incident: int, kind: str, role: Role = Role.OFFICER) -> int:
    with office.staff.database.write() as session:
        actor = office.actor(role)
        return write_report(
            work_in(session, actor, office.now, program=office.staff.site.program), incident, kind
        ).id


def decide(office: Office, report: int, role: Role = Role.WARD_OFFICER) -> None:
    with office.staff.database.write() as session:
        papers.confirm_report(work_in(session, office.actor(role), office.now), report)


def test_from_the_first_minute_to_the_end(office: Office) -> None:
    incident = office.incident()
    with office.staff.database.read() as session:
        assert [due.hand.clock for due in queries.due_clocks(session, office.now)] == list(Clock)
    with office.staff.database.write() as session:
        register.tell_ward(work_in(session, office.actor(), office.now), incident, office.now)
        register.contain(work_in(session, office.actor(), office.now), incident)
    assert office.state(incident) == "contained"
    decide(office, write(office, incident, "first"))
    assert office.state(incident) == "reported"
    with office.staff.database.write() as session, pytest.raises(NotAllowedError) as refused:
        register.close(work_in(session, office.actor(), office.now), incident)
    assert refused.value.code == "final"
    decide(office, write(office, incident, "final"))
    with office.staff.database.read() as session:
        assert queries.due_clocks(session, office.now) == []
    with office.staff.database.write() as session:
        register.close(work_in(session, office.actor(), office.now), incident)
    assert office.state(incident) == "closed"
    with office.staff.database.write() as session, pytest.raises(WrongStateError):
        register.write_fields(
            work_in(session, office.actor(), office.now),
            incident,
            register.Description({"cause": "x"}),
        )
    with office.staff.database.write() as session:
        register.reopen(work_in(session, office.actor(), office.now), incident)
    assert office.state(incident) == "reported"


def test_an_accident_that_still_spreads_is_not_closed(quick_office: Office) -> None:
    incident = quick_office.incident()
    decide(quick_office, write(quick_office, incident, "final"))
    with quick_office.staff.database.write() as session, pytest.raises(NotAllowedError) as refused:
        register.close(work_in(session, quick_office.actor(), quick_office.now), incident)
    assert refused.value.code == "contained"
    with quick_office.staff.database.write() as session:
        register.contain(work_in(session, quick_office.actor(), quick_office.now), incident)
    assert quick_office.state(incident) == "reported"
    with quick_office.staff.database.write() as session, pytest.raises(WrongStateError):
        register.contain(work_in(session, quick_office.actor(), quick_office.now), incident)


@pytest.mark.parametrize(
    ("opening", "field"),
    [
        ({"kind": "x"}, "kind"),
        ({"summary": " "}, "summary"),
        ({"summary": "あ" * 2001}, "summary"),
        ({"summary": "4111 1111 1111 1111"}, "summary"),
        ({"known": timedelta(seconds=1)}, "known_on"),
        ({"occurred": timedelta(seconds=1)}, "occurred_on"),
    ],
)
def test_what_cannot_be_an_accident_is_refused(
    quick_office: Office, opening: dict[str, object], field: str
) -> None:
    now = quick_office.now
    known, occurred = opening.get("known"), opening.get("occurred")
    given = Opening(
        str(opening.get("kind", "leak")),
        now + known if isinstance(known, timedelta) else now,
        now + occurred if isinstance(occurred, timedelta) else None,
        summary=str(opening.get("summary", "x")),
    )
    with quick_office.staff.database.write() as session, pytest.raises(InputError) as refused:
        register.open_incident(work_in(session, quick_office.actor(), now), given)
    assert refused.value.code == field


def test_the_ward_is_told_once_and_not_before_it_was_known(quick_office: Office) -> None:
    office = quick_office
    incident = office.incident()

    def tell(at: datetime) -> None:
        with office.staff.database.write() as session:
            register.tell_ward(work_in(session, office.actor(), office.now), incident, at)

    for at in (office.now - timedelta(seconds=1), office.now + timedelta(seconds=1)):
        with pytest.raises(InputError):
            tell(at)
    tell(office.now)
    with pytest.raises(WrongStateError):
        tell(office.now)


def test_a_report_stays_as_it_was_and_the_ward_decides(office: Office) -> None:
    incident = office.incident()
    report = write(office, incident, "first")
    with pytest.raises(NotAllowedError):
        write(office, incident, "first")
    with pytest.raises(NotAllowedError, match="自分の書いた"):
        decide(office, report, role=Role.OFFICER)
    with office.staff.database.write() as session:
        register.write_fields(
            work_in(session, office.actor(), office.now),
            incident,
            register.Description({"cause": "あとからわかった"}, malicious=True),
        )
    with office.staff.database.read() as session:
        row = session.get_one(IncidentReport, report)
        assert "あとからわかった" not in str(frozen_report(VAULT, row))
        assert "あとからわかった" in str(
            incident_report(
                work_in(session, now=office.now, program=office.staff.site.program),
                incident,
                "first",
            )
        )
    with office.staff.database.write() as session:
        ward = office.actor(Role.WARD_OFFICER)
        papers.give_back_report(work_in(session, ward, office.now), report, "原因が足りません")
    with office.staff.database.read() as session:
        first = queries.clocks_of(session, session.get_one(Incident, incident), office.now)[1]
    assert first.pace is Pace.RUNNING, "what came back was not reported"
    again = write(office, incident, "first")
    decide(office, again)
    with pytest.raises(WrongStateError):
        decide(office, again)
    assert _numbers(office, incident) == [2, 1]


def _numbers(office: Office, incident: int) -> list[int]:
    with office.staff.database.read() as session:
        return [row.number for row in queries.reports_of(session, incident)]


@pytest.mark.parametrize("kind", ["first", "progress", "final", "result"])
def test_each_report_has_the_nine_fields_and_no_name(quick_office: Office, kind: str) -> None:
    incident = quick_office.incident()
    person = quick_office.family()
    add_numbers(quick_office, incident, *quick_office.numbers(person))
    with quick_office.staff.database.read() as session:
        report = incident_report(
            work_in(session, now=quick_office.now, program=quick_office.staff.site.program),
            incident,
            kind,
        )
        with pytest.raises(NotFoundError):
            incident_report(
                work_in(session, now=quick_office.now, program=quick_office.staff.site.program),
                incident,
                "x",
            )
    assert [row[0] for row in report.tables[0].rows] == [
        "概要",
        "漏えいなどの項目",
        "人数",
        "原因",
        "二次被害とそのおそれ",
        "本人への対応",
        "公表",
        "再発防止",
        "その他",
    ]
    assert quick_office.numbers(person)[0] not in str(report)
    assert ("経過" in [table.title for table in report.tables]) is (kind in {"progress", "result"})


def test_words_are_sealed_and_the_log_holds_none(office: Office) -> None:
    incident = office.incident()
    with office.staff.database.write() as session:
        register.write_fields(
            work_in(session, office.actor(), office.now),
            incident,
            register.Description({"cause": "封入機の故障"}),
        )
    with office.staff.database.read() as session:
        row = session.get_one(Incident, incident)
        assert "封入機".encode() not in row.sealed
        assert register.fields_of(VAULT, row)["cause"] == "封入機の故障"
        assert register.fields_of(VAULT, row)["summary"] == "配達中の袋が見つからない。"
        assert all("封入機" not in str(event.detail) for event in session.query(AuditEvent))


def test_nobody_opens_an_accident(quick_office: Office) -> None:
    opening = Opening("leak", quick_office.now, summary="x")
    with quick_office.staff.database.write() as session, pytest.raises(NotAllowedError):
        register.open_incident(work_in(session, Actor(Role.SYSTEM), quick_office.now), opening)


def test_the_months_tables_count_what_became_known_in_it(quick_office: Office) -> None:
    quick_office.incident()
    quick_office.report(quick_office.family())
    with quick_office.staff.database.read() as session:
        tables = month_tables(
            work_in(session, now=quick_office.now),
            quick_office.now - timedelta(days=1),
            quick_office.now + timedelta(days=1),
        )
    assert len(tables[0].rows) == 1
    assert [row[1] for row in tables[1].rows] == [1, 0, 1]
