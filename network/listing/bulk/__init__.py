"""One change to many sites of a list at once."""
