"""What a form of the desk offers to choose from, where that is known only when it is shown."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms


def offer(form: forms.BaseForm, name: str, choices: Iterable[Any]) -> None:
    """Let the field `name` of `form` offer `choices`: pairs of value and words, in their order."""
    cast("forms.ChoiceField", form.fields[name]).choices = list(choices)
