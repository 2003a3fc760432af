"""`bin/bench edge`: the edge beside nginx, beside a Django view that inserts a row, and beside pytracking, in one run.

rivals       what is measured: each starts on a port of its own, and says what its processes spent
django_app   the two Django rivals, as one file
programs     what recipients' programs send: the header sections of the requests
load         the load generators: wrk for as much as goes, pace for a given rate
pace         requests at a steady rate
run          who is asked for what, in rounds
report       medians, ratios, bars; the table of the README
slow_sync.c  a preload library that makes each sync slow
"""
