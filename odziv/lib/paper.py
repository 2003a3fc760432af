"""The paper on which foreign HTML is shown."""

# What mail programs give to mail that says nothing about it. It stands behind the mail (before the doctype it would
# change how the mail is drawn) and has no specificity, so that whatever the mail says wins.
PAPER = (
    "<style>:where(html){font:15px/1.5 Arial,Helvetica,sans-serif;color:#1f2328;"
    "background:#fff}:where(body){margin:20px}</style>"
)
