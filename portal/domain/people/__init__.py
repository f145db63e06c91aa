"""Wing: who takes part in the program and how they get in.

Owns households and children, entitlements, coupons, mailed credentials, sessions and one-time
codes, sign-in, messages (outbox), pauses in what is sent, staff accounts, sites of the call center
and tasks for the staff.
The sites (``portal/web``, ``admin``), the commands and all later wings call it; it imports only
``portal.domain.foundation``.
"""
