"""Messages to residents: an outbox in the database, sent by a worker, never by the page.

Owns the outbox table, its states and the texts of SMS and email. Sign-in, announcements and the
call desk put messages in; the sending worker (``portal/platform``) takes them out. Imports
``foundation`` and ``authn``.
"""
