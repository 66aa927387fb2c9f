"""Regions: the four-level tree of a city, dated; import, search, boundaries."""
