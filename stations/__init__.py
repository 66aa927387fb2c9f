"""The stations near people: ``finder`` shows the nearest place that does what somebody needs."""
