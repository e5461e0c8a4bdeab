"""One product: who runs it, at what cost, who moves to or from it, and what else there is."""
