"""Ledgers of incidents, downtime and site notices."""

from portal.domain.mailroom.incidents.models import Downtime, Incident, SiteNotice
from portal.domain.oversight.export.scope import LedgerName, whole

LEDGERS = (
    whole(
        LedgerName.INCIDENTS,
        Incident.id,
        Incident.number,
        Incident.kind,
        Incident.state,
        Incident.known_at,
        Incident.occurred_at,
        Incident.ward_told_at,
        Incident.contained_at,
        Incident.reported_at,
        Incident.closed_at,
    ),
    whole(
        LedgerName.DOWNTIME,
        Downtime.id,
        Downtime.what,
        Downtime.planned,
        Downtime.state,
        Downtime.starts_at,
        Downtime.ends_at,
        Downtime.announced_at,
        Downtime.incident_id,
    ),
    whole(
        LedgerName.SITE_NOTICES,
        SiteNotice.id,
        SiteNotice.kind,
        SiteNotice.state,
        SiteNotice.sentence,
        SiteNotice.texts,
        SiteNotice.starts_at,
        SiteNotice.ends_at,
        SiteNotice.published_at,
    ),
)
