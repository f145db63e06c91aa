"""Pages of reports to the ward: declines, and the monthly reports on calls and deliveries.

``admin.routes`` mounts them; other pages of the staff site use ``words`` and ``files``. The rules
are in ``portal.domain.oversight.reports``.
"""
