"""Reports to the ward."""
