"""`bin/bench edge`: the edge beside nginx, beside a Django view that inserts a row, and beside pytracking, in one run.

rivals       what is measured: each starts on a port of its own, and says what its processes spent
django_app   the two Django rivals, as one file
load         the load generators: wrk for as much as goes, h2load for a given rate
run          rounds, medians, ratios, bars
slow_sync.c  a preload library that makes each sync slow
"""
