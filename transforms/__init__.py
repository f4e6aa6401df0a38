"""What happens to an item, in flow order: expand, parse, normalize, dedupe, enrich."""
