"""Figures: each a named number with one definition, for every site and every region at once."""
