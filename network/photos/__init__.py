"""Photos of a site: so that somebody who has never been there knows the door."""
