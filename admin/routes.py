"""All routes of the staff site."""

from litestar.handlers import HTTPRouteHandler

from admin.web import (
    account,
    bulk_reviews,
    calls,
    counter,
    coupons,
    dashboard,
    entitlements,
    entries,
    holds,
    household,
    letters,
    notices,
    parcel_mail,
    parcels,
    print_texts,
    protection,
    recipients,
    releases,
    reports,
    reviews,
    roster,
    scans,
    search,
    signin,
    staff_accounts,
    stock,
    stops,
    tasks,
)

MODULES = (
    signin,
    dashboard,
    calls,
    entitlements,
    search,
    household,
    entries,
    bulk_reviews,
    reviews,
    stops,
    parcels,
    parcel_mail,
    stock,
    notices,
    tasks,
    holds,
    releases,
    print_texts,
    protection,
    recipients,
    counter,
    roster,
    letters,
    scans,
    coupons,
    reports,
    account,
    staff_accounts,
)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of every area."""
    return [handler for module in MODULES for handler in module.handlers()]
