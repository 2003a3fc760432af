"""`odziv serve`: all processes of one machine, kept running together and ended together.

preflight   what must be true before anything starts, each with one clear line if it is not
serve       the command: preflight, database, then the supervisor with its table of processes
supervisor  starts, labels what they print, restarts, ends
leash       runs inside each process: ends it when the supervisor is gone, however that came about
ready       when do web and edge answer?
"""
