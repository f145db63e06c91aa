"""Codes sent by SMS in the last hour, of the whole program (A25 of ``security.md`` §5)."""

from datetime import timedelta

from portal.domain.people.authn import throttles
from portal.domain.people.authn.site_counts import SiteCount

SENT = SiteCount(throttles.Limit("t7b", 0, 60 * 60), slot=timedelta(minutes=5))
SPENT_KEY = "t7b:spent"
"""The row that says until when staff are told of a spent budget."""
