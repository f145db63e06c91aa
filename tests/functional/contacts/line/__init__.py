"""Help on the line: silent calls for the supervisor, and marks of calls."""
