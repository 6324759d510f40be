"""Codes as people read them."""

from django import template

register = template.Library()


@register.filter
def words(code: str | list[str] | None) -> str:
    """A code with its underscores as spaces, the two ends of a range as both;
    nothing for nothing.
    """
    if isinstance(code, list):
        return " to ".join(str(part) for part in code)
    return str(code or "").replace("_", " ")
