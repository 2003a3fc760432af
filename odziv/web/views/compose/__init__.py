"""The composer: its page, and what the page asks for while somebody writes (SPEC C1, C2, F1, F2).

page.py        the page itself
saving.py      save
versions.py    what another window made of the draft
sending.py     send, take back, discard
recipients.py  completion, preferences, the follow panel, recipient settings
files.py       attachments and images
inserting.py   templates: chosen, seen, put into the draft and out again
preview.py     the message as its recipients get it
texts.py       what the page's scripts say
"""
