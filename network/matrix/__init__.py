"""The matrix: the devolved services beside sites, towns or kinds; plan against fact on any day."""
