"""The call desk: find the caller's household, verify the caller, act for them, tell them what was done.

Called by ``admin.routes`` and, for the follow-ups, by ``admin.contacts``. Uses the rules of
``portal.domain.desk.call_desk`` and of every wing below.
"""
