"""Telling a household that its request went on: by its own channel, by a card in the post, or by a call; once."""
