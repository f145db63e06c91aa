"""One household alone: its traces, what is in the way, the act, the certificate, its repetition."""
