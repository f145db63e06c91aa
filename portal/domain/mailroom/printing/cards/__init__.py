"""Cards and decision letters to households without another channel: printed daily, then posted.

Owns no table: an announcement waits as a card, and a ``card_print`` of ``letters`` is one file.
"""
