"""Encrypted archives of print runs for the mail house, and the removal of the plain files.

Owns the table ``print_archive`` and its states. Called by the hand-over, the recall lists, the
staff pages of printing, ``portal letters``, casework and the export.
"""
