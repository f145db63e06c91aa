"""Opening hours that the ward approved since the program's file: weekdays and special days.

Owns the table ``opening_hours`` and its states. The calendar of a program in force is the file's
with these records (``foundation.program.approved_hours``); every place that asks when somebody
answers asks that calendar. Called by both sites, the worker and the commands, which read it once in
some seconds, and by the page that edits it. Imports ``foundation`` and ``people.staff``.
"""
