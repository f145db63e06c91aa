"""All routes of the staff site."""

from litestar.handlers import HTTPRouteHandler

from admin.web import (
    account,
    coupons,
    dashboard,
    holds,
    household,
    letters,
    notices,
    print_texts,
    protection,
    releases,
    roster,
    scans,
    search,
    signin,
    staff_accounts,
    tasks,
)

MODULES = (
    signin,
    dashboard,
    search,
    household,
    notices,
    tasks,
    holds,
    releases,
    print_texts,
    protection,
    roster,
    letters,
    scans,
    coupons,
    account,
    staff_accounts,
)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of every area."""
    return [handler for module in MODULES for handler in module.handlers()]
