"""A later list of the regions: what became of what, reviewed, approved and applied."""
