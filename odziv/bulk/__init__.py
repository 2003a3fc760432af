"""One action on many rows of a list: in steps, each in one transaction, with a way back (V2, R1, R2, O2).

`ACTIONS` is the table of what can be done; `run` does it, at once or as the worker's job.
"""
