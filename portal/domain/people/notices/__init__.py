"""Messages to residents: an outbox in the database, sent by a worker, never by the page.

Owns the outbox table, its states, the reports about what became of a message, the trials of the
ways that send, and the texts of SMS and email. ``signin`` and ``letters.announcements`` put
messages in, also for events of the call desk and the mailroom; the sending worker
(``portal/platform``) takes them out. Imports ``foundation``, ``authn`` and
``pauses``.
"""
