"""Recording who is posted to a site, in which duties."""
