"""Whether each part works, and what to do when one does not (O6).

`LOOKS` is the whole list, in an order in which the first fault is likely the cause of the others. A look at what may
keep one waiting (a network, a file store) is `slow`: it has its own time-out, and pages fetch it by itself.
"""

from odziv.health.findings import Finding, Health, Look
from odziv.health.looks import LOOKS
from odziv.health.processes import beat, last_beat

__all__ = ["LOOKS", "Finding", "Health", "Look", "beat", "last_beat"]
