"""Contracts as the Open Contracting Data Standard (OCDS 1.1) writes them: read, and written.

Read: `reading` cuts files into releases, `shapes` looks at them without trust, `notices` says what
they tell, `matching` whom they mean, `plan` and `writing` what to do. Written: `releases`.
"""
