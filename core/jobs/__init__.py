"""Work that takes longer than anybody wants to wait for a page: started, watched, stopped."""
