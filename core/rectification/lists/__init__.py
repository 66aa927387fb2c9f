"""Lists of findings: mine, overdue, all, by criterion; and the ledger (整改台账) as a file."""
