"""Pages of the ward's extract: imports, holds and their release, print texts, protection.

The rules are in ``portal.domain.mailroom.roster``.
"""
