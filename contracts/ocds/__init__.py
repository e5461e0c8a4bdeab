"""Contracts as the Open Contracting Data Standard (OCDS 1.1) writes them: read, and written.

Read: `reading` cuts files into releases, `fields` gives typed access to their JSON, `notices` says
what they state, `matching` which records they name, `import_plan` what changes.
Written: `releases`.
"""
