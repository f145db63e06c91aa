"""Sign-in of residents: ID and password, birth date at first, one-time code; account and recovery.

Owns no table: it combines ``credentials``, ``authn``, ``households``, ``notices`` and ``tasks``.
The resident site (``portal/web``, ``portal/resident_page``), the call desk and the staff account
page, for the rules of an own password, call it. Rules: ``security.md`` §2.
"""
