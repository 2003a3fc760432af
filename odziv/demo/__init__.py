"""`odziv demo`: the main job without a browser, on real processes, played from what really arrived.

run.py        the frame: a temporary folder, free ports, `odziv serve` beside it, and the scene in a process of its own
scene.py      writes and sends the message, lets the recipients act, waits for the figures, compares
recipient.py  a recipient: reads the bytes that arrived with the standard library's parsers, not with ours
material.py   what is sent when the user brings no mail
report.py     the outcome as a table or as JSON
"""
