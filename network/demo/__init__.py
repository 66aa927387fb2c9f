"""The demonstration: two cities with real regions and a made network, drawn once from a seed."""
