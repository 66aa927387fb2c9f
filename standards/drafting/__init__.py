"""Writing a version: a draft, tried out over all sites, published by a second person."""
