"""The end: what has to be done before the data go, what the certificate says, and how far it is.

Owns the one row that says that a deployment's data are, or are being, disposed of; it outlives all
others but the audit. Carried out by ``platform.disposing``, which knows keys, tables and files.
"""
