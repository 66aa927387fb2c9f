"""Who may sign in, by what proof, in which roles, and where these reach."""
