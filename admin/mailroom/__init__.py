"""Staff pages of the mailroom: imports, print runs, tracking, returned mail, incidents.

They call the services and queries of ``portal.domain.mailroom``, and render
``templates/admin/mailroom``.
"""
