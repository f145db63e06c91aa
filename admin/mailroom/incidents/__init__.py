"""Pages of incidents, their reports and stops, downtime, site notices and coupon faults.

The rules are in ``portal.domain.mailroom.incidents``. Only ``admin.routes``, the desk's pages and
the texts of audit events import from here.
"""
