"""Wing: Conversations with people: calls, FAX, questions to the ward, notes, scripts, hours.

Slices, those above may import those below: ``notes``, ``floor``, ``site_texts`` · ``faxes``,
``escalations``, ``line`` · ``calls`` · ``scripts``, ``telephony``, ``hours``. Called by the
mailroom and desk wings, the reports, the export, both sites, the commands and the demo. May use
``people``, ``letters`` and ``requests``.
"""
