"""Sheets that people send and take away: reading them safely, and what is wrong in them."""
