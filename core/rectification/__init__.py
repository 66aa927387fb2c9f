"""Putting right: a finding, who answers it by when, the re-check, and its closing (销号)."""
