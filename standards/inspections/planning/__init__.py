"""Which sites are visited by whom and when: yearly plans, draws that anybody can repeat, routes."""
