"""The spool: where the edge leaves its hits, and where ingest finds them.

Each writing process has files of its own in the spool folder, apart from the application's database, so the edge
records while everything else is down. See `files` for who may touch which file when. Nothing is imported here: the
process that only writes (`pen`) needs a third of it.
"""
