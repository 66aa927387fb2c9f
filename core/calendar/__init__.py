"""The one working calendar: statutory holidays, make-up working days, opening hours."""
