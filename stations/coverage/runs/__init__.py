"""Dated runs: what the answer to a question was on a day, kept, so that its move can be seen."""
