"""Sites: every hall and station, where it is, when it serves, what it offers, and the network of
a day held in memory."""
