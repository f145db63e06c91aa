"""Wing: Talking with people: scripts, telephone counts, calls, FAX, questions to the ward."""
