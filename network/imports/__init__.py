"""Taking sites over from sheets: read, tried, approved, applied whole or not at all."""
