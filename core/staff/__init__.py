"""Who works where: members of staff, and their postings to sites."""
