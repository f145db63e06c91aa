"""Handing everything over to the ward, which owns its texts and data (clause 15).

Open formats, no names, no secrets.
"""
