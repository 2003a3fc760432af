"""Writing a message: from the first letter typed to the row that waits for delivery (SPEC C, F, I5).

addresses.py    the three address lines, as people type and paste them
drafts.py       a draft is made, saved with a version, discarded
attachments.py  files and inline images of a draft
marked.py       several files at once: followed, removed, brought back
differences.py  two versions of a draft side by side
bodies.py       the body as the editor shows it, and as it is stored
follow.py       may this message be followed, and who says no
planning.py     what `instrument` says of a draft
check/          what stands in the way of sending, and what is asked before
preview.py      the message as its recipients get it
ready.py        what takes time, before the transaction of Send
send.py         the draft becomes a message with one waiting delivery for each recipient
hold.py         until a copy is taken by a worker, what was sent can be taken back
importing.py    an .html or .eml file becomes the content of a draft
"""
