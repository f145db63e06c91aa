"""Wing: what households request.

Declines, paper alternatives, redeliveries, changes of recipient and additions; what they share is
in the slice ``requests``. The wings above (contacts, mailroom, desk, oversight), both sites and the
commands call it. It may use foundation, people and letters. ``all_kinds`` holds the definition of
every kind.
"""
