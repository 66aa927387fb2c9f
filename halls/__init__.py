"""Inside a hall or station: windows and lanes, what it has, and who is posted there.

``windows``, ``fittings`` and ``postings`` record the three; ``demo`` makes some up for show.
"""
