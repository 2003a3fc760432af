"""What reaches a user who does not look at a page: notifications of their browsers, and the summary by e-mail (A1).

Nobody calls it. Whoever makes a card appear leaves a `PushNotice` for each browser of its user; `push` finds them.
"""
