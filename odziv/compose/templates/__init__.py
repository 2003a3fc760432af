"""Templates as their writers know them (SPEC T): saved in versions, put into a draft, and recognised in what is sent.

saving.py    a template is made, saved with a version that never changes, restored, copied
insertion.py subject, text and files of a template come into a draft, and out again
kinship.py   whether a message is still made from its template
"""
