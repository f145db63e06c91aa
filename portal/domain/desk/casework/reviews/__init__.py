"""The review of requests of every kind: the queue, the next one, what may be decided, many at once.

Owns no tables. Called by ``admin.requests`` and the dashboard; may use what ``casework`` may.
"""
