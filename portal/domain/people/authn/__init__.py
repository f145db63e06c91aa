"""Proof of identity: password hashes, one-time codes, sessions, known devices, throttles.

Owns the tables of sessions, sources of one-time codes, sent codes, backup codes and throttle
counters, and the limits T1–T9 of ``security.md`` §2. The sign-in of residents (``people.signin``)
and staff (``people.staff``), the sites and the call desk call it. Imports only ``foundation``.
"""
