"""The windows of a hall or station, and the lanes they keep."""
