"""The network as a tree for staff: opened level by level, with counts and what is missing."""
