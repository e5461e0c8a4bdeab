"""An invented estate that fills City Tools where no borough has answered yet.

Pure functions from the real fixtures and a seed to the text of `fixtures/demo/*.csv`. Nothing here
imports Django, reads the clock or touches a network; every drawn number is an integer, so that the
same seed gives the same bytes on every machine.
"""
