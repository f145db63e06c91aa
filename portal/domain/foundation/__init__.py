"""Wing: what every other wing builds on.

Owns errors, clock, vault, actors, texts, state machines, the table base, ``Work``, the program's
settings, the audit log and approvals. Every wing, site and command imports it; it imports no other
wing.
"""
