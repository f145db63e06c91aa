"""People who answer a request of a person on its page."""

from datetime import timedelta

from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import jst_date
from portal.domain.oversight.registers.models import PersonRequest
from tests.support.people import Person
from tests.support.resident import Visitor
from tests.support.staff import Colleague, StaffSite

PLACE, NUMBER = "/person-requests", "9800000001"
DECISION = {"decision_no": "5汐子第99号", "decision_on": "2023-07-04"}


class Two:
    """Two people of the ward at their screens, an officer of the contractor, and a family."""

    def __init__(self, staff: StaffSite) -> None:
        self.staff = staff
        self.person: Person = staff.add_household(active=True)
        self.colleagues: list[Colleague] = [staff.hire(Role.WARD_OFFICER) for _ in range(3)]
        self.first, self.second, self.third = (staff.enter(one) for one in self.colleagues)
        self.officer: Visitor = staff.enter_as(Role.OFFICER)
        self.sent = 0

    def receive(self, kind: str) -> str:
        day = jst_date(self.staff.now)
        until = day + timedelta(days=30)
        wish = {"kind": kind, "number": "5汐子第30号", "day": f"{day}", "until": f"{until}"}
        page = self.officer.send(f"{PLACE}/receive", wish | {"form_key": "r"})
        assert "受け付けました" in page.text
        with self.staff.database.read() as session:
            key = session.scalars(select(PersonRequest.id).order_by(PersonRequest.id.desc()))
            return f"{PLACE}/{key.first()}"

    def press(self, who: Visitor, place: str, action: str, **fields: str) -> str:
        """What the page says afterwards."""
        self.sent += 1
        return who.send(f"{place}/{action}", {"form_key": f"k{self.sent}"} | fields).text

    def searched(self, kind: str) -> str:
        place = self.receive(kind)
        assert "番号を受け取りました" in self.press(self.first, place, "ask-search", number=NUMBER)
        assert "さがしました" in self.press(self.second, place, "search", number=NUMBER)
        return place

    def decided(self, kind: str, **fields: str) -> str:
        place = self.searched(kind)
        said = self.press(self.first, place, "propose", **(DECISION | fields))
        assert "決定の確認に回しました" in said, said
        assert "区の決定として記録しました" in self.confirm(place)
        return place

    def row(self) -> PersonRequest:
        with self.staff.database.read() as session:
            row = session.scalars(select(PersonRequest)).one()
            session.expunge(row)
            return row

    def confirm(self, place: str) -> str:
        """The second person looks at what was proposed, and confirms it."""
        self.second.open(place)
        return self.press(self.second, place, "decide")

    def day(self) -> str:
        return jst_date(self.staff.now).isoformat()
