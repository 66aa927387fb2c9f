"""Changes that wait for a second person: who asked for what, and who said yes or no."""
