"""Wing: From the ward's extract to the mail and back: imports, print runs, tracking, returned mail, incidents."""
