"""Pages that everybody may read without signing in, and the request of a call back.

Owns no table and no rule: reads the program, the dispatch calendar and the opening hours. Called by
``portal/web/routes.py``; every page shows ``opening``.
"""
