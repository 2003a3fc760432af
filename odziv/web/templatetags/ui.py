"""Tags of our own for pages."""

from django import template

register = template.Library()
