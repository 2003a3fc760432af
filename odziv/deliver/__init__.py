"""A message leaves: due copies are claimed, instrumented and handed to the mailbox's server, once (D3, F3, I4).

`due.deliver_due` is the worker's job; `answers` says what became of a copy; `note.send_note` sends our own e-mail.
"""
