"""Settings of a program by subject: each module has a frozen record and the function reading it."""
