"""Codes as people read them."""

from django import template

register = template.Library()


@register.filter
def words(code: str | None) -> str:
    """A code with its underscores as spaces; nothing for nothing."""
    return str(code or "").replace("_", " ")
