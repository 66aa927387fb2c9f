"""Faults found at a site, and how they are put right by a day and looked at again."""
