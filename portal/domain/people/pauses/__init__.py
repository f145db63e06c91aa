"""Pauses in what is sent to a household, begun by word of a danger until the ward has seen it.

Owns the table of pauses and their states. Letters, cards, messages, FAX replies and parcels ask it
before they go out; ``contacts.escalations`` begins and ends pauses. Imports only ``foundation``.
"""
