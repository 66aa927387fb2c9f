"""Recording what a site has: zones, equipment, conveniences, signs, networks, rules, rating."""
