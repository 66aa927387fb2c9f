"""The public way in: where am I, what do I need, when: which place is nearest."""
