"""Inside a hall: its windows, and which lanes they keep."""
