"""Standards as data: their versions, and the verdict of every site against them."""
