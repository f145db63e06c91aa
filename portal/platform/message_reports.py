"""Records what a gateway posts about messages; the route itself is the resident site's."""

import logging
from functools import partial
from http import HTTPStatus

from portal.domain.letters.announcements.sending import note_delivery
from portal.domain.people.authn import throttles
from portal.domain.people.authn.channels import CodeChannel
from portal.domain.people.notices.results import DeliveryResult
from portal.platform.posted import recorded
from portal.platform.senders.sending import ForgedError, Receiver, Report
from portal.platform.site import Site

LOG = logging.getLogger("portal.outbox")


def take(site: Site, receiver: Receiver, report: Report, address: str) -> HTTPStatus:
    """Read a report and record it; anything but 2xx makes the gateway report again."""
    return recorded(LOG, "report", partial(_taken, site, receiver, report, address))


def _taken(site: Site, receiver: Receiver, report: Report, address: str) -> HTTPStatus:
    if _is_shut_out(site, address):
        return HTTPStatus.TOO_MANY_REQUESTS
    try:
        results = receiver.results(report)
    except ForgedError:
        _count_forged(site, address)
        return HTTPStatus.FORBIDDEN
    known = [_note(site, result) for result in results]
    return HTTPStatus.NO_CONTENT if all(known) else HTTPStatus.NOT_FOUND


def _note(site: Site, result: DeliveryResult) -> bool:
    with site.database.write() as session:
        return note_delivery(site.work(session), CodeChannel.SMS, result)


def _is_shut_out(site: Site, address: str) -> bool:
    with site.database.read() as session:
        bucket = throttles.FORGED_REPORT.of(address)
        return throttles.full_until(session, [bucket], site.clock.now(session)) is not None


def _count_forged(site: Site, address: str) -> None:
    with site.database.write() as session:
        throttles.count_try(session, throttles.FORGED_REPORT.of(address), site.clock.now(session))
