"""Large files that every node can hand out: sealed pieces in the database, a key for each file.

Owns the tables of sealed files and their pieces. Called by the archives for the mail house and by
housekeeping. Imports only ``foundation``.
"""
