"""The staff site as an ASGI application, with its own process, cookie and host name."""

from functools import partial
from typing import Any

from litestar.types import ASGIApp
from sqlalchemy import Engine

from admin import routes
from admin.navigation import MENUS_KEPT, page_context
from admin.oversight.charts import charts_of
from admin.page import StaffSignIns
from portal.domain.foundation.clock import Clock
from portal.platform.application import PROCESS_HOOKS, make_application
from portal.platform.closed_site import closed_site, end_with_the_data
from portal.platform.disposed import DisposedError
from portal.platform.metrics.meter import Meter
from portal.platform.metrics.start import start_watching
from portal.platform.parent import end_with_parent
from portal.platform.rendering.templating import kept_macro
from portal.platform.search_keeper import SearchKeeper
from portal.platform.site import Site, make_site
from portal.platform.waiting import wait_until_prepared
from portal.settings import Settings, load_settings

LINES_KEPT = 1_000
"""Rows of the review queue that a process keeps drawn; most people read the oldest."""


def make_staff_site(
    settings: Settings,
    *,
    engine: Engine | None = None,
    clock: Clock | None = None,
    meter: Meter | None = None,
) -> Site:
    """Build the staff site."""
    site = make_site(
        settings,
        "staff",
        StaffSignIns(),
        engine=engine,
        clock=clock,
        context=page_context,
        meter=meter,
    )
    kept = partial(kept_macro, site.templates)
    site.templates.globals |= {
        "mark": kept("admin/components/marks.html", "mark"),
        "charts_of": charts_of,
        "place_menu": kept("admin/components/places.html", "place_menu", most=MENUS_KEPT),
        "chip": kept("admin/components/chips.html", "chip"),
        "queue_line": kept("admin/requests/review/_queue_line.html", "queue_line", most=LINES_KEPT),
    }
    return site


def make_staff_application(site: Site, **options: Any) -> ASGIApp:
    """Build the application of a staff site."""
    return make_application(site, routes.handlers(), **options)


def create_app() -> ASGIApp:
    """Build the application from the environment; granian's factory."""
    settings = load_settings()
    meter = start_watching(settings, "staff")
    try:
        wait_until_prepared(settings)
    except DisposedError:
        end_with_parent()
        return closed_site(settings, "staff")
    site = make_staff_site(settings, meter=meter)
    end_with_the_data(site.database)
    keeper = SearchKeeper(site)
    return make_staff_application(
        site,
        on_startup=[*PROCESS_HOOKS, keeper.start],
        on_shutdown=[keeper.stop],
    )
