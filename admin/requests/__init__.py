"""Staff pages of the wing ``requests``: review desk, entry from paper, parcels, stock, recipients.

The staff app mounts them (``admin/routes.py``). They translate forms into calls of
``portal.domain.requests`` and ``portal.domain.desk``; they hold no rule and no SQL. Their templates
are in ``templates/admin/requests``.
"""
