"""The figures that the contract is paid by: their events, and a second count of each.

Called by ``calls`` and ``mail``, which count them for their reports, and by the pages of the
monthly reports, which open them. Owns no table; ``recount`` imports nothing of the portal.
"""
