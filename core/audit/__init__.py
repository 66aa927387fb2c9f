"""What happened, who did it, and the proof that nobody has changed the telling of it since."""
