"""PostgreSQL without installing one: a server of the project's own, started when first needed.

As a database engine ("citytools.local.postgres") it is Django's own backend, except that asking
for a connection starts the server. The reaper stops it when the last process that used it has gone.
Only `base` needs Django; the rest needs only the standard library.
"""
