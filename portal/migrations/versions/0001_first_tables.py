"""The tables of version 0.1.0."""

from portal.migrations.versions.first_tables.contacts import (
    calls,
    escalations,
    faxes,
    scripts,
    telephony,
)
from portal.migrations.versions.first_tables.desk import call_desk
from portal.migrations.versions.first_tables.foundation import approvals, audit, program
from portal.migrations.versions.first_tables.letters import (
    announcements,
    documents,
    letters,
    shipments,
    subcontractors,
)
from portal.migrations.versions.first_tables.mailroom import (
    incidents,
    printing,
    returned_mail,
    roster,
    tracking,
)
from portal.migrations.versions.first_tables.oversight import management, reports, settlement
from portal.migrations.versions.first_tables.people import (
    authn,
    coupons,
    credentials,
    entitlements,
    households,
    notices,
    sites,
    staff,
    tasks,
)
from portal.migrations.versions.first_tables.requests import (
    alternatives,
    declines,
    recipients,
    redeliveries,
    requests,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# each stands after those to which its foreign keys point
SLICES = (
    *(audit, program, authn, staff, approvals, sites, households, entitlements),
    *(credentials, coupons, tasks, notices),
    *(documents, subcontractors, letters, announcements, shipments),
    *(requests, declines, alternatives, redeliveries, recipients),
    *(scripts, telephony, calls, faxes, escalations),
    *(incidents, roster, printing, tracking, returned_mail),
    *(call_desk, management, settlement, reports),
)


def upgrade() -> None:
    for tables in SLICES:
        tables.create()
