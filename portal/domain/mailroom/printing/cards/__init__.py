"""Cards and decision letters to households without another channel: printed daily, then posted.

Owns no table: a waiting announcement is a card to print, and a row of ``card_print`` in ``letters``
is one file. Called by ``portal letters`` and the staff page of posting.
"""
