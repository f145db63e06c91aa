"""The desks at which staff sit whose pages and searches are measured."""

from dataclasses import dataclass

from portal.domain.foundation.actors import Role
from tests.bench.generator import Step, Visit
from tests.support.resident import Visitor
from tests.support.staff import AT_MAIN, COOKIE, StaffSite


@dataclass(frozen=True, slots=True)
class Seat:
    """A colleague's browser, at the site that is measured."""

    site: str
    visitor: Visitor

    def visit(self, *steps: Step, at: float | None = None) -> Visit:
        """Come with this browser."""
        cookies = {COOKIE: self.visitor.cookie(COOKIE)}
        return Visit(list(steps), cookies, self.visitor.token, at=at)

    def page(self, path: str) -> Visit:
        """Open a page."""
        return self.visit(Step("page", self.site + path))


def seat(site: str, desk: StaffSite, role: Role) -> Seat:
    """Sit down at the main site, where the load comes from as well."""
    return Seat(site, desk.enter(desk.hire(role), desk.visitor(AT_MAIN)))


def in_a_call(site: str, desk: StaffSite) -> Seat:
    """An agent who has taken a call."""
    agent = seat(site, desk, Role.AGENT)
    agent.visitor.open("/calls")
    begun = {"channel": "phone", "direction": "inbound", "language": "ja", "form_key": "a"}
    agent.visitor.send("/calls/start", begun)
    return agent
