"""What a call leaves open: questions to the ward with its answers as evidence, and call-backs.

Owns the tables ``escalation``, ``escalation_answer``, ``escalation_sheet``, ``call_back`` and
``call_back_try`` with their states. Called by the desk wing, the incident register, the roster's
holds, the reports and the staff site. Builds on ``calls``, ``people.tasks`` and the announcements.
"""
