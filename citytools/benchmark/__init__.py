"""What City Tools and its rivals take for the same question over the same rows: make bench.

Every figure is a ratio of two servers that were asked in turn, in one run, on one machine; the
times themselves say little about another.
"""
