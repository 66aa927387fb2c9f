"""Population grids: how many sites cover each cell, and the people in them."""
