"""The pages of templates (SPEC T1, V4).

listing.py   the list
page.py      one template: what it says, how it does, its versions; put away, copied, deleted
writing.py   the form, and what it shows while one writes
files.py     files and images that are being put into one
"""
