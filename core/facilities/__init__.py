"""What a site has: zones, equipment, conveniences, signs, rules adopted."""
