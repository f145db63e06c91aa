"""Lists with persons in them that leave the sites as files, each approved by a second person.

Owns the table of such lists. A list is asked for with a purpose and a recipient, approved by an
officer of the ward, made as an encrypted file with marks that lead back to it, kept until its last
day and numbered in the register of copies. Called by the staff site, the worker and
``portal person-lists``.
"""
