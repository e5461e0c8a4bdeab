"""How each metric is computed, by what it is about."""
