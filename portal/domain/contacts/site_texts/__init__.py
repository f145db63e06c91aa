"""Texts of the residents' pages that the ward changes without a release.

Owns the table ``site_text`` and its states: a closed list of places, each text in all six languages
or in none, written by one person and released by another of the ward. Called by both sites, which
read what is released once in some seconds, and by the page that edits it. Imports ``foundation``,
``people.staff`` and ``calls`` (what no text may contain).
"""
