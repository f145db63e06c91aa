"""Wing: What households ask for.

Declines, paper alternatives, redeliveries, changes of recipient, additions.
"""
