"""Sign-in of residents: ID and password, birth date at first, one-time code; account and recovery.

Owns no table: it combines ``credentials``, ``authn``, ``households``, ``notices`` and ``tasks``.
The resident site (``portal/web``) and the call desk call it. Rules: ``security.md`` §2.
"""
