"""What the work on projects goes by: the studio's rules, expected times and calendars."""

from __future__ import annotations

from callsheet.catalogue.models import StudioRules, studio_rules
from callsheet.insight.calendars import Calendars
from callsheet.insight.expected_times import ExpectedTimes, expected_times
from callsheet.kit.workdays import WorkCalendar
from callsheet.projects.clocks import Dial
from callsheet.projects.models import Project
from callsheet.projects.returns import StageTimes


class Surroundings:
    """The studio's rules, expected times and calendars, read once for all projects of a command."""

    def __init__(self) -> None:
        self.rules: StudioRules = studio_rules()
        self.times: ExpectedTimes = expected_times()
        self.calendars = Calendars()

    def calendar(self, project: Project) -> WorkCalendar:
        """The working days of the project's account."""
        return self.calendars.of(project.account)

    def stage_times(self, project: Project) -> StageTimes:
        """How long the stages of such a project take."""
        return self.times.stages(project.brief_type, project.credits)

    def dial(self, project: Project, put_off_days: int = 0) -> Dial:
        """By what the project's clocks count, one that was put off by so many calendar days."""
        calendar, zone = self.calendar(project), project.account.time_zone
        return Dial(self.rules, calendar, zone, put_off_days)
