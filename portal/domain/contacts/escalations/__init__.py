"""What a call leaves open: questions to the ward with its answers as evidence, and call-backs.

Owns the tables ``escalation``, ``escalation_answer``, ``escalation_sheet``, ``call_back`` and
``call_back_try`` with their states. Called by the desk wing, the tracking of mail, the returned
mail, the reports, the staff site and the demo. Builds on ``calls``, ``hours``, ``people``, the
announcements of ``letters`` and the scans of ``requests``.
"""
