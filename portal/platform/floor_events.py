"""Records what the telephone system posts about calls; the route itself is the resident site's."""

import logging
from functools import partial
from http import HTTPStatus
from typing import Final

from portal.domain.contacts.floor import signing, taking
from portal.domain.contacts.floor.reading import read_event
from portal.domain.foundation.errors import ConflictError, InputError, WrongStateError
from portal.domain.people.authn import throttles
from portal.platform.posted import recorded
from portal.platform.site import Site

EVENTS_PATH: Final = "/telephone/events"
"""Where the resident site takes the events of the telephone system."""
LOG = logging.getLogger("portal.floor")


def take(site: Site, signed: signing.Signed, address: str) -> HTTPStatus:
    """Check, read and record one event; only 429 and 5xx ask the sender to send it again."""
    return recorded(LOG, "event", partial(_taken, site, signed, address))


def _taken(site: Site, signed: signing.Signed, address: str) -> HTTPStatus:
    with site.database.read() as session:
        now = site.clock.now(session)
        bucket = throttles.FORGED_EVENT.of(address)
        if throttles.full_until(session, [bucket], now) is not None:
            return HTTPStatus.TOO_MANY_REQUESTS
    try:
        signing.check(signed, site.settings.telephone_keys, now)
    except signing.RefusedError as refused:
        LOG.warning("event refused: %s", refused.reason.value)
        if refused.reason is signing.Refusal.SIGNATURE:
            with site.database.write() as session:
                throttles.count_try(session, bucket, now)
        return HTTPStatus.FORBIDDEN
    try:
        told = read_event(signed.body, now)
        with site.database.write() as session:
            taking.take(site.work(session), told, signed.event, signed.key)
    except InputError as error:
        LOG.warning("event unreadable: %s", error.code)
        return HTTPStatus.UNPROCESSABLE_ENTITY
    except (ConflictError, WrongStateError) as error:
        LOG.warning("event not taken in: %s", error.code)
        return HTTPStatus.CONFLICT
    return HTTPStatus.NO_CONTENT
