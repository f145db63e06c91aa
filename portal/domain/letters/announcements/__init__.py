"""Informing a household, once, of what happened to its request or its mail.

Owns the log of announcements, the daily prints of cards, and their states. By the household's own
channel, by a card in the post, or by a call. Requests, printing, tracking, returned mail,
incidents, casework and the sending worker call it. Imports ``foundation`` and ``people``.
"""
