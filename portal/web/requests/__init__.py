"""Resident pages of requests: decline, paper alternative, redelivery, and the list of requests.

The resident app mounts them (``portal/web/routes.py``). They translate forms into calls of
``portal.domain.requests``; their templates are in ``templates/portal/requests``.
"""
