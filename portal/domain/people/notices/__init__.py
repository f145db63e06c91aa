"""Messages to residents: an outbox in the database, sent by a worker, never by the page."""
