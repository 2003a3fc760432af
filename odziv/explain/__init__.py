"""The command line's view of what is judged by rules: what would be followed in a file and its followed copy, what kind
of mail came back, what a User-Agent says.

`html` and `instrument` read HTML, plain text and whole messages (.eml), need no configuration, and take any bytes: what
is not replaced comes out as it went in, whatever its character set and transfer encoding.
"""
