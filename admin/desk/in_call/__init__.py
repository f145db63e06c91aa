"""The call desk: find and verify the caller's household, act for it, tell it what was done.

Called by ``admin.routes`` and, for the follow-ups, by ``admin.contacts``. Uses the rules of
``portal.domain.desk.call_desk`` and of every wing below.
"""
