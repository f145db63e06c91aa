"""The staff site: a separate process with its own host name, cookie and content policy.

One package per wing of ``portal/domain`` holds its pages; ``routes`` lists them and ``app`` builds
the process. Owns no tables and no rules: pages call the domain and word what it returns.
"""
