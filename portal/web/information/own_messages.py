"""What our messages look like, for somebody who doubts one: made as they are sent."""

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.hours_text import clock_text
from portal.domain.people.authn.channels import CodeChannel, CodePurpose
from portal.domain.people.notices.events import DATED_EVENTS, AccountEvent, ProgressEvent
from portal.domain.people.notices.messages import (
    CodeToSend,
    code_message,
    notice_message,
    progress_message,
    signature_of,
)
from portal.domain.people.notices.waking_hours import HOURS
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page, origin_of
from portal.web.access import PUBLIC, everybody

EXAMPLE_CODE = "123456"


class OwnMessagesView(View, frozen=True):
    """What ``portal/information/messages.html`` shows: texts by what they are about."""

    codes: Sequence[str]
    events: Sequence[str]
    first: str
    last: str


def show(page: Page) -> Response[Any]:
    """Show every text message that the portal sends, and what none of them ever contains."""
    sender, origin = signature_of(page.site.program), origin_of(page.site)
    due = jst_date(page.now) + timedelta(days=7)
    events = [notice_message(CodeChannel.SMS, event, sender) for event in AccountEvent]
    events += [
        progress_message(CodeChannel.SMS, event, sender, due=due if event in DATED_EVENTS else None)
        for event in ProgressEvent
    ]
    codes = [
        code_message(CodeChannel.SMS, CodeToSend(purpose, EXAMPLE_CODE), origin)
        for purpose in CodePurpose
    ]
    return page.render(
        "portal/information/messages.html",
        OwnMessagesView(
            codes=[one.body for one in codes],
            events=list(dict.fromkeys(one.body for one in events)),
            first=clock_text(time(HOURS[0])),
            last=clock_text(time(HOURS[1])),
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [endpoint("GET", "/messages", show, everybody, PUBLIC)]
