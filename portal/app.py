"""The resident site as an ASGI application."""

from dataclasses import replace
from functools import partial

from litestar import Litestar
from litestar.types import ASGIApp
from sqlalchemy import Engine

from portal.domain.foundation.clock import Clock
from portal.domain.foundation.program.day_text import format_day
from portal.platform.application import PROCESS_HOOKS, make_routes, serve_site
from portal.platform.closed_site import closed_site, end_with_the_data
from portal.platform.database import Database, make_engine
from portal.platform.disposed import DisposedError
from portal.platform.metrics.meter import Meter
from portal.platform.metrics.start import start_watching
from portal.platform.parent import end_with_parent
from portal.platform.rendering.templating import kept_macro
from portal.platform.site import Site, make_site
from portal.platform.site_notices import site_notices
from portal.platform.waiting import wait_until_prepared
from portal.resident_page import Page, ResidentSignIns
from portal.settings import Settings, load_settings
from portal.web import routes
from portal.web.information.opening import opening
from portal.web.information.shops import printed_address
from portal.web.signin.longer import ending_of
from portal.web.waiting_room.room import WaitingRoom

STOP_SECONDS = 4.0
"""How long a worker beside the site may finish what it is at; the server kills it after five."""
RULES_KEPT = 256
"""Ends of coupon pages that a process keeps drawn: one for each language, child's place and day."""


def page_context(page: Page) -> dict[str, object]:
    """Return the names of every resident page: hours, notices, shops, the end of the session."""
    return {
        "opening": opening(page),
        "format_day": format_day,
        "site_notices": site_notices(page),
        "shop_list": printed_address(page.site),
        "session_end": ending_of(page),
    }


def make_resident_site(
    settings: Settings,
    *,
    engine: Engine | None = None,
    clock: Clock | None = None,
    meter: Meter | None = None,
) -> Site:
    """Build the resident site."""
    site = make_site(
        settings,
        "resident",
        ResidentSignIns(),
        engine=engine,
        clock=clock,
        context=page_context,
        meter=meter,
    )
    kept = partial(kept_macro, site.templates)
    site.templates.globals |= {
        "bottom": kept("components/bottom.html", "bottom"),
        "state_mark": kept("components/state.html", "state_mark"),
        "language_choice": kept("components/languages.html", "choice"),
        "coupon_rules": kept("portal/coupons/coupon_rules.html", "coupon_rules", most=RULES_KEPT),
        "home_ways": kept("portal/coupons/home_ways.html", "home_ways", most=RULES_KEPT),
    }
    return site


def serve_residents(made: Litestar, site: Site) -> ASGIApp:
    """Return the application of the resident site, with its waiting room around its routes."""
    return serve_site(WaitingRoom(made, site), site)


def create_app() -> ASGIApp:
    """Build the application from the environment; granian's factory."""
    settings = load_settings()
    meter = start_watching(settings, "resident")
    try:
        wait_until_prepared(settings)
    except DisposedError:
        end_with_parent()
        return closed_site(settings, "resident")
    site = make_resident_site(settings, meter=meter)
    end_with_the_data(site.database)
    handlers = routes.handlers(settings)
    if not settings.worker_beside:
        return serve_residents(make_routes(handlers, on_startup=PROCESS_HOOKS), site)
    from portal.worker.worker import Worker  # noqa: PLC0415  (13 MB that most processes never need)

    # its own connections: a job waits longer than a family does
    own = replace(site, database=Database(make_engine(settings.database_url)))
    worker = Worker(own.work_source(), settings)
    made = make_routes(
        handlers,
        [*PROCESS_HOOKS, worker.start],
        # A hook with a parameter would be given the application.
        [lambda: worker.stop(STOP_SECONDS)],
    )
    return serve_residents(made, site)
