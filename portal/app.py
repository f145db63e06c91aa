"""The resident site as an ASGI application."""

import logging

from litestar.types import ASGIApp
from sqlalchemy import Engine

from portal.domain.foundation.clock import Clock
from portal.domain.foundation.program.day_text import format_day
from portal.housekeeping import Housekeeping
from portal.platform.application import make_application
from portal.platform.senders import make_senders
from portal.platform.senders.worker import OutboxWorker
from portal.platform.site import Site, make_site
from portal.platform.site_notices import site_notices
from portal.platform.waiting import wait_until_prepared
from portal.resident_page import Page, ResidentSignIns
from portal.settings import Settings, load_settings
from portal.web import routes
from portal.web.information.opening import opening


def page_context(page: Page) -> dict[str, object]:
    """Return the names of every resident page: the telephone's hours and the notices."""
    return {"opening": opening(page), "format_day": format_day, "site_notices": site_notices(page)}


def make_resident_site(
    settings: Settings, *, engine: Engine | None = None, clock: Clock | None = None
) -> Site:
    """Build the resident site."""
    return make_site(
        settings, "resident", ResidentSignIns(), engine=engine, clock=clock, context=page_context
    )


def create_app() -> ASGIApp:
    """Build the application from the environment; granian's factory."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = load_settings()
    wait_until_prepared(settings)
    site = make_resident_site(settings)
    worker = OutboxWorker(site.work_source(), make_senders(settings))
    housekeeping = Housekeeping(site.work_source(), indexer=site.indexer)
    return make_application(
        site,
        routes.handlers(settings),
        on_startup=[worker.start, housekeeping.start],
        # A hook with a parameter would be given the application.
        on_shutdown=[lambda: worker.stop(), housekeeping.stop],  # noqa: PLW0108  (the lambda hides the parameter)
    )
