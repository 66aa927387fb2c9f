"""Visits to sites: planned and drawn, filed from a phone so that nothing is lost, and reported."""
