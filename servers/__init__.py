"""Servers that tests and benches run against: started for one run, stopped whatever happens."""
