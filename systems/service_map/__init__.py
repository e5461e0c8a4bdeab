"""The service map: who runs what, function by borough."""
