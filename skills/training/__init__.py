"""Peer training: which borough could teach which skill to which other, and why."""
