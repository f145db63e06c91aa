"""Project management with the ward: milestones, minutes, open questions, the security checklist.

Owns the tables ``milestone``, ``minutes``, ``minutes_version``, ``open_question`` and
``checklist_answer`` and the states of the first three subjects. Called by ``reports``, ``export``,
the management pages and the dashboard of the staff site, and the demo. Imports only ``foundation``
and, for the checklist's real settings, ``people.authn`` and ``people.staff``.
"""
