"""The style page: every component of the design system with believable content, for those who build pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone


class SampleForm(forms.Form):
    """A form with each kind of field, one of them wrong."""

    name = forms.CharField(help_text="As it stands on the visiting card")
    email = forms.EmailField(initial="maja.novak@")
    title = forms.CharField(required=False, label="Job title")
    language = forms.ChoiceField(choices=[("sl", "Slovenščina"), ("en", "English")])
    amount = forms.DecimalField(required=False, initial="12400.00", localize=True)
    closes = forms.DateField(required=False, label="Closes on", widget=forms.DateInput(attrs={"type": "date"}))
    follow = forms.ChoiceField(
        label="Follow email", choices=[("allow", "Allow"), ("deny", "Do not allow")], widget=forms.RadioSelect
    )
    notes = forms.CharField(required=False, widget=forms.Textarea)
    keep = forms.BooleanField(required=False, label="Keep me informed")


def page(request: HttpRequest) -> HttpResponse:
    """Only where ODZIV_DEBUG is on; elsewhere there is no such page."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "style.html", _content())


def _content() -> dict[str, Any]:
    now = timezone.now()
    form = SampleForm({"name": "Maja Novak", "email": "maja.novak@", "language": "sl", "follow": "allow"})
    form.is_valid()
    rows = [
        ("Ponudba za prenovo skladišča", "Hrast d.o.o.", "Maja Novak", now - timedelta(minutes=4), 3, 2, 1, 4, 1),
        ("Follow-up: pricing for 40 seats", "Alpine Tools", "Jan Kranjc +2", now - timedelta(hours=5), 1, 0, 0, 0, 0),
        ("Dogovor o predstavitvi v torek", "Soča Energija", "Petra Zupan", now - timedelta(days=1), 0, 6, 0, 0, 0),
        ("Contract draft, version 3", "Brod Logistika", "Luka Horvat", now - timedelta(days=40), 12, 1, 7, 3, 2),
    ]
    people = [("Maja Novak", 3), ("Jan Kranjc", 1), ("Petra Zupan", 0)]
    return {
        "form": form,
        "rows": rows,
        "people": people,
        "sort": "-sent",
        "at": [now - timedelta(seconds=20), now - timedelta(minutes=12), now - timedelta(hours=26)],
        "lines": _lines(now),
        "files": [("Ponudba 2026-114.pdf", "application/pdf", 1_482_331), ("tloris.zip", "application/zip", 912)],
        "tones": ["", "accent", "green", "blue", "amber", "red"],
        "tabs": [
            {"url": "#summary", "label": "Summary", "count": None, "current": True},
            {"url": "#details", "label": "Details", "count": None, "current": False},
            {"url": "#activities", "label": "Activities", "count": 14, "current": False},
        ],
    }


def _lines(now: datetime) -> list[dict[str, Any]]:
    why = ["A browser on a phone asked for the image.", "It was 14 minutes after delivery."]
    told: list[tuple[timedelta, str, str, str, str]] = [
        (timedelta(seconds=20), "mail-open", "human fresh", "Maja Novak opened it on an iPhone in Slovenia", ""),
        (timedelta(minutes=12), "mouse-pointer-click", "human", "Maja Novak clicked hrast.si/cenik", ""),
        (timedelta(minutes=12), "bot", "machine", "A security scanner opened every link", ""),
        (timedelta(hours=26), "circle-alert", "bad", "Delivery to petra@example.si failed", "550 No such user here"),
        (timedelta(days=30), "send", "", "Sent to 3 recipients", ""),
    ]
    return [
        {
            "id": n,
            "at": now - ago,
            "icon": icon,
            "tone": tone,
            "text": text,
            "detail": detail,
            "why": why if n < 3 else [],
        }
        for n, (ago, icon, tone, text, detail) in enumerate(told)
    ]
