"""Pages of reports to the ward: declines, and the monthly reports on calls and deliveries."""
