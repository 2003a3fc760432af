"""Makes the followed copy of a message body: HTML or text and identifiers in, the copy out. Pure: no database, no
clock.

A message is planned once (`plan_html`, `plan_text`) and rendered for each recipient; a plan only ever replaces the
values of followed links and stored images, and inserts the beacon and the links of followed attachments (SPEC I1 to
I5). What is not followed is not planned: its body leaves as it is, with its images and files embedded (F4).
"""

from odziv.instrument.attachments import FollowedFile
from odziv.instrument.html import plan_html
from odziv.instrument.notice import Notice
from odziv.instrument.plan import Addresses, HtmlPlan, ImageFound, LinkFound, Problem, TextPlan
from odziv.instrument.reasons import sentence
from odziv.instrument.rules import Rules
from odziv.instrument.text import plan_text

__all__ = [
    "Addresses",
    "FollowedFile",
    "HtmlPlan",
    "ImageFound",
    "LinkFound",
    "Notice",
    "Problem",
    "Rules",
    "TextPlan",
    "plan_html",
    "plan_text",
    "sentence",
]
