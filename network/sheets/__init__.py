"""Sheets that people send and take away: their columns and words, and reading them safely."""
