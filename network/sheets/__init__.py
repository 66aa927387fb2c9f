"""Sheets of sites: their columns and the words in them."""
