"""All resident routes."""

from litestar.handlers import HTTPRouteHandler

from portal.settings import Settings
from portal.web import account, floor_events, message_reports
from portal.web.coupons import coupon, coupon_trouble, home
from portal.web.information import (
    check,
    demo_pages,
    help_pages,
    landing,
    letter_text,
    lost,
    notices,
    offline,
    own_messages,
    schedule,
    shops,
    way_out,
)
from portal.web.requests import (
    alternative,
    alternative_own,
    decline,
    decline_code,
    redelivery,
    redelivery_public,
    request_documents,
    requests,
)
from portal.web.signin import (
    activation,
    brought_back,
    changes,
    channels,
    code,
    fresh,
    longer,
    loss,
    own_devices,
    passkey_door,
    passkeys,
    remembered,
    signin,
    wait,
)

MODULES = (
    landing,
    letter_text,
    check,
    help_pages,
    schedule,
    lost,
    loss,
    notices,
    own_messages,
    shops,
    offline,
    way_out,
    signin,
    passkey_door,
    remembered,
    wait,
    code,
    activation,
    channels,
    home,
    coupon,
    coupon_trouble,
    decline,
    decline_code,
    alternative,
    alternative_own,
    request_documents,
    redelivery_public,
    redelivery,
    requests,
    account,
    changes,
    own_devices,
    passkeys,
    fresh,
    longer,
    brought_back,
)


def handlers(settings: Settings) -> list[HTTPRouteHandler]:
    """Return the routes of the resident site; the demo's own pages exist nowhere else."""
    modules = (*MODULES, demo_pages) if settings.has_outbox else MODULES
    found = [handler for module in modules for handler in module.handlers()]
    return [*found, *message_reports.handlers(settings), *floor_events.handlers(settings)]
