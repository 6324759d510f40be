"""What everybody in the demo acts in: the people, the chance, the diary, the working days."""

from __future__ import annotations

from datetime import date
from random import Random

from callsheet.demo.cast import Cast
from callsheet.demo.moments import Diary, Kind, Theme
from callsheet.demo.watching import Watch
from callsheet.insight.calendars import Calendars
from callsheet.kit import clock
from callsheet.kit.workdays import WorkCalendar
from callsheet.projects.models import Project
from callsheet.tenants.models import Account


class Setting:
    """One day of the studio. ``number`` counts the quarter's working days, from 0."""

    def __init__(self, day: date, number: int, rng: Random, diary: Diary) -> None:
        self.day = day
        self.number = number
        self.rng = rng
        self.diary = diary
        self.cast = Cast(day)
        self.watch = Watch(diary)
        self._calendars = Calendars()

    def calendar(self, account: Account) -> WorkCalendar:
        """The account's working days."""
        return self._calendars.of(account)

    def later(self, account: Account, days: int) -> date:
        """The day that lies so many working days of the account ahead."""
        return self.calendar(account).add(clock.today(account.time_zone), days)

    def working_days_since(self, account: Account, day: date) -> int:
        """How many of the account's working days have passed since ``day``."""
        return self.calendar(account).between(day, self.day)

    def tell(self, project: Project, kind: Kind, text: str, *, theme: Theme | None = None) -> None:
        """Write down what happened to a project just now."""
        self.diary.add(clock.now(), project.account.key, kind, text, theme=theme)
