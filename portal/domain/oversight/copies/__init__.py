"""Every copy of the data outside the live database, numbered, with its owner and its last day.

Owns the tables of copies and of restore drills. Backups, restores, rehearsals, drills and exports
register themselves; staff enter the others and confirm that a copy was destroyed. Imports only
``foundation``, and of ``people`` households and credentials, whose rows a check opens.
"""
