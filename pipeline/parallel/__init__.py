"""Linking on an engine: dealt out to all workers by time, by candidate key and by item."""
