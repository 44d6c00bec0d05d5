"""How old something is, in few characters."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format

register = template.Library()


@register.filter
def age(moment: datetime) -> str:
    """Return `now`, minutes, hours, or the date."""
    passed = timezone.now() - moment
    if passed < timedelta(minutes=1):
        return "now"
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)} min"
    if passed < timedelta(days=1):
        return f"{passed // timedelta(hours=1)} h"
    return date_format(moment, "j M" if moment.year == timezone.now().year else "j M Y")
