"""Ending a standard that no other version follows: asked for by one, agreed to by another."""
