"""Journey of signing in: ID and password, the first sign-in, one-time codes and their channels.

Owns no table and no rule: calls ``people.signin`` and ``people.authn``. Called by
``portal/web/routes.py``; other journeys use its guard for dangerous changes (``fresh``).
"""
