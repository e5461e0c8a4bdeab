"""Functions: everything that London knows about one job that a system does."""
