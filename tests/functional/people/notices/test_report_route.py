"""The gateway's reports at the resident site: signed, once, and from nobody else."""

import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from litestar.types import ASGIApp
from sqlalchemy import select

from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.reach import Medium
from portal.domain.people.notices.models import OutboxMessage
from portal.platform.application import make_routes, serve_site
from portal.platform.senders import REPORTS_PATH
from portal.platform.senders.gateway_file import HttpPlan, read_gateway_file
from portal.platform.senders.sms import signature
from portal.web import message_reports
from tests.functional.letters.announcements.support import Gateway, log_of, send_all, tell
from tests.functional.letters.announcements.support import resident as with_channel
from tests.functional.people.notices.test_gateway_dialects import NESTED
from tests.support.databases.lost import lost
from tests.support.resident import NOON, Resident, Visitor

SECRET = "report-secret"


class Site:
    """The resident site with a gateway that reports, and the gateway's side of it."""

    def __init__(self, resident: Resident, folder: Path) -> None:
        path = folder / "sms.toml"
        path.write_text(NESTED.replace("{url}", "https://sms.example.jp/"), "utf-8")
        settings = replace(
            resident.site.settings,
            sms_file=str(path),
            sms_token="token",
            sms_report_secret=SECRET,
        )
        site = replace(resident.site, settings=settings)
        self.resident = resident
        self.app: ASGIApp = serve_site(make_routes(message_reports.handlers(settings)), site)
        plan = read_gateway_file(path)
        assert isinstance(plan, HttpPlan)
        assert plan.callback is not None
        self.callback = plan.callback

    def report(
        self, name: str, state: str, secret: str = SECRET, address: str = "198.51.100.9"
    ) -> httpx.Response:
        body = json.dumps({"id": name, "state": state, "detail": {"code": "77"}}).encode()
        signed = self.callback.prefix + signature(self.callback, secret.encode(), body)
        visitor = Visitor(self.app, self.resident.loop, address)
        headers = {"X-Signature": signed, "Content-Type": "application/json"}
        return self.resident.loop.run(
            visitor.http.post(REPORTS_PATH, content=body, headers=headers)
        )

    def sent(self) -> OutboxMessage:
        tell(self.resident.database, with_channel(self.resident.database, "sms"))
        send_all(self.resident.database, Gateway(), "sms")
        return self.message()

    def message(self) -> OutboxMessage:
        with self.resident.database.read() as session:
            row = session.scalars(select(OutboxMessage)).one()
            session.expunge(row)
        return row

    def log(self) -> list[tuple[str, str]]:
        return log_of(self.resident.database)


@pytest.fixture
def site(resident: Resident, tmp_path: Path) -> Site:
    return Site(resident, tmp_path)


def test_a_report_moves_a_message_once_however_often_it_comes(site: Site) -> None:
    name = site.sent().reference or ""
    assert [site.report(name, "DELIVERED").status_code for _ in range(3)] == [204, 204, 204]
    assert site.message().state == "delivered"
    assert site.report(name, "FAILED").status_code == 204
    assert site.message().state == "delivered"
    assert site.log() == [("sms", "sent")]


def test_what_did_not_arrive_after_all_is_followed_by_one_card(site: Site) -> None:
    name = site.sent().reference or ""
    for _again in range(3):
        assert site.report(name, "FAILED").status_code == 204
    message = site.message()
    assert (message.state, message.last_error) == ("undelivered", "carrier_77")
    assert site.log() == [("sms", "bounced"), (Medium.CARD, "waiting")]
    with site.resident.database.read() as session:
        card = session.scalars(select(Announcement).filter_by(medium=Medium.CARD)).one()
        assert card.follows_id is not None
        assert card.created_at == NOON


def test_a_stranger_changes_nothing_and_is_shut_out_while_the_gateway_is_not(site: Site) -> None:
    name = site.sent().reference or ""
    codes = [site.report(name, "FAILED", "guess").status_code for _ in range(32)]
    assert codes == [403] * 30 + [429] * 2
    assert site.message().state == "sent"
    assert site.report(name, "DELIVERED", address="192.0.2.44").status_code == 204


def test_a_report_about_an_unknown_message_is_asked_for_again(site: Site) -> None:
    assert site.report("4711", "DELIVERED").status_code == 404


def test_a_report_is_asked_for_again_while_the_database_is_away(
    sqlite_resident: Resident, tmp_path: Path
) -> None:
    site = Site(sqlite_resident, tmp_path)
    name = site.sent().reference or ""
    with lost(sqlite_resident.database, "outbox_message"):
        assert site.report(name, "DELIVERED").status_code == 503
    assert site.report(name, "DELIVERED").status_code == 204
    assert site.message().state == "delivered"


def test_a_page_too_large_for_a_report_is_refused(site: Site) -> None:
    assert site.report("x" * 70_000, "DELIVERED").status_code == 413


def test_a_deployment_whose_gateway_does_not_report_has_no_such_address(
    resident: Resident,
) -> None:
    assert message_reports.handlers(resident.site.settings) == []
    assert resident.visitor().post(REPORTS_PATH).status_code == 404
