"""Sites of the register that may be one place: found, judged, merged."""
