"""Backups: one encrypted file with database and files, its restore, its check, and rehearsals.

The file is a tar in the age format: ``manifest.json``, the database in pieces, the files of the
data folder, and ``SHA256SUMS`` at its end. Keys are never part of it.
"""
