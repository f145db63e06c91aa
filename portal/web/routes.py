"""All resident routes."""

from importlib import import_module
from importlib.util import find_spec

from litestar.handlers import HTTPRouteHandler

from portal.settings import Settings

MODULES = (
    "landing",
    "check",
    "help",
    "schedule",
    "lost",
    "signin",
    "code",
    "activation",
    "channels",
    "home",
    "coupon",
    "coupon_trouble",
    "decline",
    "decline_code",
    "alternative",
    "alternative_own",
    "request_documents",
    "redelivery_public",
    "redelivery",
    "requests",
    "account",
    "fresh",
)
DEMO_MODULES = ("demo_pages",)


def handlers(settings: Settings) -> list[HTTPRouteHandler]:
    """Return the routes of the resident site; the demo's own pages exist nowhere else."""
    names = MODULES + (DEMO_MODULES if settings.has_outbox else ())
    found: list[HTTPRouteHandler] = []
    for name in names:
        if find_spec(f"portal.web.{name}") is not None:
            found += import_module(f"portal.web.{name}").handlers()
    return found
