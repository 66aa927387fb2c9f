"""What people send: kept once by its content, given out only by the route of what it belongs to."""
