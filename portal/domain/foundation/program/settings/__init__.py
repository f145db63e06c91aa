"""Settings of a program by subject: each module has the frozen record and the function that reads it."""
