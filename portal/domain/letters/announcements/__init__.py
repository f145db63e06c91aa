"""Inform a household, once, of each event of its requests and its mail.

An announcement goes out by the household's own channel, by a card in the post, or by a call. Owns
the log of announcements, the daily prints of cards, and their states. Requests, printing, tracking,
returned mail, incidents, casework and the sending worker call it. Imports ``foundation`` and
``people``.
"""
