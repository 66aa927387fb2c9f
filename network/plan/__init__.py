"""The plan of a region: which kind of site, there and below, is to offer which service by when."""
