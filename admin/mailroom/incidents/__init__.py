"""Pages of incidents, their papers and stops, downtime, site notices and coupon faults.

The rules are in ``portal.domain.mailroom.incidents``; only ``admin.routes`` and the overview pages
of other wings import from here.
"""
