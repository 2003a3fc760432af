"""How much a template may hold and cost (T4). What is beyond is a fault with its line; nothing is cut off silently."""

LONGEST = 500_000
"""Characters of the HTML of one template; images and files do not stand in it."""

MOST_BRACES = 500
"""Places with braces in one template."""

LONGEST_BRACES = 500
"""Characters from the opening braces to the closing ones."""

DEEPEST = 8
"""Blocks (if, for …) within each other."""

LONGEST_RANGE = 100
"""Rounds of one `for`."""

MOST_STEPS = 10_000
"""Places with braces, each as often as the rounds around it."""

LONGEST_VALUE = 10_000
"""Characters of a value, and of what a filter makes of it."""

LONGEST_OUTPUT = 2_500_000
"""Bytes of UTF-8 that rendering may write."""
