"""Wing: From the ward's extract to the mail and back.

Imports, print runs, tracking, returned mail, incidents; ``listing`` names the part of a list that a
reader gets.
"""
