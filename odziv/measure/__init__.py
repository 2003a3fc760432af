"""From the journal to figures (SPEC J): what each event was, what it counts as, and what a message's figures are.

evidence  what a fold looks at: events and the facts of a delivery
verdict   pure: all events of a delivery -> person, machine or unsure, with reasons
weights   the table of what each piece of evidence counts for, and where that is known from
patterns  pure: what the events of a copy say of one another: bursts, repetitions, colleagues
companies which copies of a message went to the same company
networks  what kind of network an address lies in
reasons   the reasons as sentences
fold      pure: events and facts -> verdicts, what counted, figures
journal   reads the events of many copies at once, and writes back what the fold made of them
run       the worker's job: folds the copies that were touched
rebuild   all figures again from the journal (`odziv rebuild`)
timeline  what a message's page tells, newest first
message   figures by recipient and by link for that page
"""
