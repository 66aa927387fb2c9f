"""Whom the network reaches: people within one kilometre, blind spots, what if, new stations."""
