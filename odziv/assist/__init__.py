"""The assistant: cards for what happened, and reminders whose time has come (SPEC A, M).

It is called by nobody. Whoever writes a fact leaves a `Happening` beside it; `assist` finds that row and looks at the
message as it is then. Only what people did makes a card (J5): the figures that it looks at count people alone.
"""
