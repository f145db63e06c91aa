"""From the hand-over to the post office: hand-over by two people, posting, and the calendar.

Owns the table ``dispatch`` and its states; moves runs and letters along theirs.
"""
