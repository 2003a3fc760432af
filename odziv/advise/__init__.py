"""When to deliver: where a recipient is, what the clock says there, and the next hour at which people work (D2, O5).

Everything works offline: towns from GeoNames, telephone zones, and public holidays come with packages.
"""

from odziv.advise.suggestion import Suggestion, suggest
from odziv.advise.working_time import WorkingTime

__all__ = ["Suggestion", "WorkingTime", "suggest"]
