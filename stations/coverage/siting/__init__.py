"""Where the next stations go: maximal covering of whom no station reaches yet, and proof of it.

The arithmetic (rows, problem, reducing, greedy, lagrange, branching, covering, capacity, smallest)
knows neither Flask nor SQL nor geography: which candidate reaches which settlement is given.
"""
