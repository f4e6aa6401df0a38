"""Raw bytes become parsed items: sniff the format, one parser a format."""
