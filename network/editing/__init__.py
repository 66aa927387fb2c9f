"""Keeping the register: entering and changing sites, closures, what a station asks for."""
