"""Each claim about speed, measured beside a peer in the same run; ``python -m bench``."""
