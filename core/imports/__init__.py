"""Files of rows that somebody sends: read into a table where they wait, each row tried, the outcome
shown, what was approved (by its digest) applied once.

A room that imports brings its tables and what becomes of a row; see ``models.Import`` and
``jobs.Works``.  Everything in between is here: how far a file is, reading on where it broke off,
the rows and what is wrong with them, the pages' common part, the shell, how long rows are kept.
"""
