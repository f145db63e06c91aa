"""Sites of the call center: the reserve site (BCP) is switched on for a time, and who is admitted from where."""
