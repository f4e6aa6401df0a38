"""What the data is: raw items, items, rejects, the Arrow contract, the agency table."""
