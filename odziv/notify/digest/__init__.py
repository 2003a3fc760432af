"""The summary by e-mail: off by default, once a day at most, and none when there is nothing to say (A)."""
