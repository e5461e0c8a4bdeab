"""One supplier: its owners, what London runs and buys of it, its share, and what if it failed."""
