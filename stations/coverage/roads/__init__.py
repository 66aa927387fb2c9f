"""Walking: how far it is along a graph of roads that somebody has loaded."""
