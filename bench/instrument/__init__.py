"""`bin/bench instrument`: what it costs to plan a message and to make its copies, beside the standard library."""
