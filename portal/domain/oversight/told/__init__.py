"""Mail to staff: a daily digest of what waits, and alerts, without a word about any family.

Owns the table ``staff_mailbox`` and its states. Called by the page of the own account and by the
worker; the outbox of ``notices`` sends what it writes.
"""
