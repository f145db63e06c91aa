"""Telling a household that its request went on.

By its own channel, by a card in the post, or by a call; once.
"""
