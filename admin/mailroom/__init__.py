"""Staff pages of the mailroom: imports, print runs, tracking, returned mail, incidents.

They ask the services and queries of ``portal.domain.mailroom`` and show
``templates/admin/mailroom``.
"""
