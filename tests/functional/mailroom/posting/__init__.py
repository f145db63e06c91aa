"""Letters at the post office: labels, days, postage."""
