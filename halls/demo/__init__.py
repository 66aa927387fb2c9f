"""What halls and stations of the demonstration have: made, drawn from a seed, said to be so."""
