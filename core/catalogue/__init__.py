"""The service catalogue: what each service asks for, how long it takes, and who says so."""
