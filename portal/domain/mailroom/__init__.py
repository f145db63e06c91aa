"""Wing: From the ward's extract to the mail and back.

Imports, print runs, tracking, returned mail, incidents.
"""
