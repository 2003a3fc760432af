"""Seed databases: many organisations, records, messages and events, made in bulk, straight into the tables.

The same numbers give the same rows, but for the day on which their time ends: that is the day they were made.
"""
