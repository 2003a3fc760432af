"""`bin/bench send`: followed copies a second, through the whole of delivery, beside what others do."""
