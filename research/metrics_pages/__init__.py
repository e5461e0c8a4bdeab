"""Pages and files of the metrics: each number, what it means, and how it went."""
