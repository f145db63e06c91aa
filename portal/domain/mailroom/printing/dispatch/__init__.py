"""Hand-over of print runs by two people, posting of letters, and the dispatch calendar.

Owns the table ``dispatch`` and its states; moves runs and letters along theirs. Called by the staff
pages of printing, ``portal letters``, the resident site (the calendar), casework, the daily report,
the export and the demo.
"""
