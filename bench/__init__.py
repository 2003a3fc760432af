"""The figures of `bin/bench`: what is measured, on what data, and what each should be. Imports nothing of the tests."""
