"""What kind of mail came back, who was not reached and why, and what a person wrote (P2, P3). Pure: no database, no
clock but for a return date without a year, and no Django.

`judge_bytes` and `judge_headers` give a `Judgement`, whose kind is decided by the literal list `rules.RULES`;
`visible_text` folds quotations and signatures away.
"""

from odziv.replies.kinds.fold import visible_text
from odziv.replies.kinds.judge import Judgement, judge, judge_bytes, judge_headers
from odziv.replies.kinds.mail import LONGEST, Mail, read

__all__ = ["LONGEST", "Judgement", "Mail", "judge", "judge_bytes", "judge_headers", "read", "visible_text"]
