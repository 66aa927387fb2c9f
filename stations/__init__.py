"""The stations near people.

``finder`` shows the nearest place that does what somebody needs; ``coverage`` measures whom the
network reaches within one kilometre, and where the next stations should stand.
"""
