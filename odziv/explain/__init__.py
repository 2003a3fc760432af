"""The command line's view of instrumenting: what would be followed in a file, and the followed copy of it.

Both commands read HTML, plain text and whole messages (.eml), need no configuration, and take any bytes: what is not
replaced comes out as it went in, whatever its character set and transfer encoding.
"""
