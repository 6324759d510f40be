"""Content calendars: entries and campaigns, written on a customer's behalf through services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from callsheet.catalogue.models import BriefType
from callsheet.insight.wording import say_number
from callsheet.kit import clock
from callsheet.kit.errors import CallsheetError
from callsheet.schedule.entry import EntryInput
from callsheet.schedule.following import SAID, EntryStatus
from callsheet.schedule.models import Campaign, Entry, EntryDeliverable, WantedDeliverable
from callsheet.services import anchoring, calendaring, campaigning, entry_briefing
from callsheet.services.calendar_wanted import wanted_of
from callsheet.tenants.access import MANAGERS
from callsheet.web.admin.base import ReadOnlyAdmin, ServiceAdmin, actor_of, problems_of
from callsheet.web.admin.projects import seen_by_the_studio
from callsheet.web.admin.steps import (
    StepForm,
    choice_field,
    date_field,
    reason_field,
    take_step,
    text_field,
)
from callsheet.web.roles import Group, sees

SHOWN_AT = {"campaign": "campaign_name", "brand": "brand_name", "wanted": "wants"}
"""Which field of the form stands for a field of the service."""


def line_field(label: str, help_text: str = "", longest: int = 300) -> forms.CharField:
    """An optional line of text that is no field of the row itself."""
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=longest,
        widget=UnfoldAdminTextInputWidget,
    )  # fmt: skip


class CalendarAdmin(ServiceAdmin):
    """A page of the calendar: producers look, those who look after the customer write."""

    group = Group.PROJECTS
    may_add = may_change = True

    def has_act_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """As the services ask it."""
        role = getattr(request.user, "staff_role", "")
        return super().has_act_permission(request) and role in MANAGERS


def at_its_field(error: CallsheetError) -> CallsheetError:
    """The refusal, with the form's own names of the fields."""
    for problem in problems_of(error):
        name = (problem.field or "").partition(".")[0]
        problem.field = SHOWN_AT.get(name, problem.field)
    return error


# -- entries ---------------------------------------------------------------------------------------


class EntryForm(ModelForm):
    """What an entry says; campaign and brand by name, what it wants in words."""

    campaign_name = line_field("Campaign", "Its key or name.", 200)
    brand_name = line_field("Brand", longest=200)
    wants = line_field("Wants", "As “2 static, 1 photo set”.")

    class Meta:
        model = Entry
        fields = ("account", "key", "title", "publish_on", "days_from_anchor", "fixed_date",
                  "channel")  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, text in (
            ("key", "Stays the same for good. Empty: one is made."),
            ("publish_on", "Empty where days from the campaign's anchor say it."),
            ("days_from_anchor", "Calendar days; below 0 is before."),
            ("fixed_date", "It keeps its day when the campaign moves."),
        ):
            if name in self.fields:
                self.fields[name].required = False
                self.fields[name].help_text = text
        entry = self.instance
        if entry.pk:
            says = calendaring.as_input(entry)
            self.initial.update(
                campaign_name=entry.campaign.name if entry.campaign else "",
                brand_name=says.brand,
                wants=", ".join(f"{part.quantity} {part.type}" for part in says.wanted),
            )

    def _post_clean(self) -> None:
        """Leave every rule to the service: it alone knows what the fields mean together."""


class PublishForm(StepForm):
    """When, and why if it is not ready."""

    published_on = date_field("Published on", required=False, help_text="Empty: today.")
    note = reason_field("Why it counts as published", required=False,
                        help_text="Needed while it is not ready.")  # fmt: skip


class DropForm(StepForm):
    """Why."""

    note = reason_field("Why", required=False)


class BriefForm(StepForm):
    """What the brief is called, and of which type it is."""

    title = text_field("Title", required=False, help_text="Empty: the entry's.")
    brief_type = choice_field(
        "Brief type", [("", "As what it wants allows"), *BriefType.choices], required=False
    )


class ShownInline(TabularInline):
    """Rows that are shown beside a form and written elsewhere."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """As what they belong to."""
        return sees(request.user, Group.PROJECTS)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody here."""
        return False


class ServedByInline(ShownInline):
    """The deliverables that serve the entry."""

    model = EntryDeliverable
    verbose_name_plural = "served by"
    fields = ("project", "what", "state")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[EntryDeliverable]:
        """Without drafts that were not shared."""
        links = super().get_queryset(request).filter(seen_by_the_studio("project__"))
        return links.select_related("project", "deliverable__type")

    @admin.display(description="deliverable")
    def what(self, link: EntryDeliverable) -> str:
        """How many of what."""
        return str(link.deliverable)

    @admin.display(description="state")
    def state(self, link: EntryDeliverable) -> str:
        """Where it is."""
        return link.deliverable.get_state_display()


@admin.register(Entry)
class EntryAdmin(CalendarAdmin):
    """Everything that is to be published, by day."""

    form = EntryForm
    list_display = ("publish_on", "title", "account", "campaign", "channel", "wants", "state")
    list_filter = ("status", "channel", ("account", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("account", "campaign")
    search_fields = ("title", "key", "account__name", "campaign__name")
    search_help_text = "Title, key, account or campaign"
    ordering = ("publish_on", "id")
    date_hierarchy = "publish_on"
    inlines = (ServedByInline,)
    actions = ("brief_chosen",)
    actions_detail = ("brief", "publish", "drop", "bring_back")
    fieldsets = (
        (None, {"fields": ("account", "key", "title", "channel", "brand_name", "wants", "state")}),
        ("Date", {"fields": ("publish_on", "campaign_name", "days_from_anchor", "fixed_date",
                             "published_on")}),
    )  # fmt: skip
    add_fieldsets = (
        (None, {"fields": ("account", "key", "title", "channel", "brand_name", "wants")}),
        ("Date", {"fields": ("publish_on", "campaign_name", "days_from_anchor", "fixed_date")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """With what they want."""
        return super().get_queryset(request).prefetch_related("wanted__type")

    def get_fieldsets(self, request: HttpRequest, obj: Entry | None = None) -> Any:
        """A new entry has no status yet."""
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(
        self, request: HttpRequest, obj: Entry | None = None
    ) -> tuple[str, ...]:
        """Account and key stay; the status follows or has its steps."""
        return ("account", "key", "state", "published_on") if obj else ()

    @admin.display(description="wants")
    def wants(self, entry: Entry) -> str:
        """“2 Static creative, 1 Photo set”."""
        return ", ".join(str(part) for part in entry.wanted.all())

    @display(
        description="status",
        ordering="status",
        label={
            "In production": "info",
            "Ready": "success",
            "Published": "success",
            "Overdue": "danger",
        },
    )
    def state(self, entry: Entry) -> str:
        """Where it is; overdue where its day has passed and nobody has said that it was."""
        if entry.status not in SAID and entry.publish_on < clock.today(entry.account.time_zone):
            return "Overdue"
        return EntryStatus(entry.status).label

    def create(self, request: HttpRequest, form: ModelForm[Any]) -> int:
        """Put it into the calendar."""
        typed = form.cleaned_data
        try:
            answer = calendaring.create_entry(
                actor_of(request),
                typed["account"].pk,
                EntryInput(
                    title=typed["title"], publish_on=typed["publish_on"],
                    days_from_anchor=typed["days_from_anchor"], fixed_date=typed["fixed_date"],
                    campaign=typed["campaign_name"], channel=typed["channel"],
                    brand=typed["brand_name"], wanted=wanted_of(typed["wants"]),
                ),
                entry_key=typed["key"],
            )  # fmt: skip
        except CallsheetError as error:
            raise at_its_field(error) from error
        return int(answer["entry"])

    def update(self, request: HttpRequest, obj: Any, form: ModelForm[Any]) -> None:
        """Change what was changed in the form."""
        names = {form_name: name for name, form_name in SHOWN_AT.items()}
        changes = {names.get(n, n): form.cleaned_data[n] for n in form.changed_data}
        try:
            if "wanted" in changes:
                changes["wanted"] = wanted_of(changes["wanted"])
            calendaring.change_entry(actor_of(request), obj.pk, changes)
        except CallsheetError as error:
            raise at_its_field(error) from error

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only the steps that the entry's status allows."""
        steps = super().get_actions_detail(request, object_id)
        status = Entry.objects.filter(pk=object_id).values_list("status", flat=True).first()
        closed = status in SAID
        return [s for s in steps if s.action_name.endswith("_bring_back") is closed]

    @action(description="Write the brief", icon="edit_note", permissions=["act"])
    def brief(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A draft with everything that it wants."""
        return take_step(
            self, request, object_id, title="Write the brief", form_class=BriefForm,
            intro="A draft brief with the deliverables that the entry wants, its brand, campaign"
            " and publish date. The customer completes it and hands it in.",
            do=lambda row, typed, key: entry_briefing.brief_entries(
                actor_of(request), [row.pk], title=typed["title"],
                brief_type=typed["brief_type"], key=key,
            ),
            said=lambda row, answer: f"The draft {answer['key']} makes “{row}” now.",
        )  # fmt: skip

    @action(description="Published", icon="task_alt", permissions=["act"])
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """By hand: Callsheet does not publish."""
        return take_step(
            self, request, object_id, title="This entry is published", form_class=PublishForm,
            button="It is published",
            do=lambda row, typed, key: calendaring.mark_published(actor_of(request), row.pk,
                                                                  key=key, **typed),
            said=lambda row, answer: f"“{row}” is published.",
        )  # fmt: skip

    @action(description="Drop", icon="block", permissions=["act"])
    def drop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """It stays, struck out."""
        return take_step(
            self, request, object_id, title="Drop this entry", form_class=DropForm, button="Drop",
            intro="It stays in the calendar as dropped. What is being made for it goes on.",
            do=lambda row, typed, key: calendaring.drop_entry(actor_of(request), row.pk, key=key,
                                                              **typed),
            said=_dropped,
        )  # fmt: skip

    @action(description="Bring back", icon="undo", permissions=["act"])
    def bring_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Its status follows the work again."""
        return take_step(
            self, request, object_id, title="Bring this entry back", form_class=StepForm,
            button="Bring back",
            do=lambda row, typed, key: calendaring.bring_back_entry(actor_of(request), row.pk,
                                                                    key=key),
            said=lambda row, answer: f"“{row}” is {answer['status'].replace('_', ' ')} again.",
        )  # fmt: skip

    @admin.action(description="Write one brief for these", permissions=["act"])
    def brief_chosen(self, request: HttpRequest, rows: QuerySet[Entry]) -> None:
        """One draft, a concept for each entry."""
        try:
            answer = entry_briefing.brief_entries(
                actor_of(request), list(rows.values_list("pk", flat=True))
            )
        except CallsheetError as error:
            messages.error(request, "; ".join(one.message for one in problems_of(error)))
        else:
            number = len(answer["entries"])
            messages.success(request, f"The draft {answer['key']} makes {number} entries now.")


def _dropped(entry: Entry, answer: Any) -> str:
    serving = ", ".join(answer["projects"])
    return f"“{entry}” is dropped." + (f" Made for it: {serving}." if serving else "")


# -- campaigns -------------------------------------------------------------------------------------


class CampaignForm(ModelForm):
    """A campaign; its anchor is given once here and moved by a step."""

    brand_name = line_field("Brand", longest=200)

    class Meta:
        model = Campaign
        fields = ("account", "key", "name", "anchor_on", "notes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].required = False
            self.fields["key"].help_text = "Stays the same for good. Empty: made from the name."
        if self.instance.pk:
            brand = self.instance.brand
            self.initial["brand_name"] = brand.name if brand else ""

    def _post_clean(self) -> None:
        """Leave every rule to the service."""


class MoveForm(StepForm):
    """Where to, and why."""

    anchor_on = date_field("New anchor date")
    note = reason_field("Why", required=False)


class EntryInline(ShownInline):
    """The campaign's entries by day."""

    model = Entry
    show_change_link = True
    fields = ("publish_on", "days_from_anchor", "channel", "status")
    readonly_fields = fields
    ordering = ("publish_on", "id")


@admin.register(Campaign)
class CampaignAdmin(CalendarAdmin):
    """Campaigns with their anchors."""

    form = CampaignForm
    list_display = ("name", "account", "anchor_on", "entry_count", "brand")
    list_filter = (("account", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("account", "brand")
    search_fields = ("name", "key", "account__name")
    ordering = ("anchor_on", "id")
    fields = ("account", "key", "name", "anchor_on", "brand_name", "notes")
    inlines = (EntryInline,)
    actions_detail = ("move",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        """With how many entries they have."""
        return super().get_queryset(request).annotate(_entries=Count("entries"))

    def get_readonly_fields(
        self, request: HttpRequest, obj: Campaign | None = None
    ) -> tuple[str, ...]:
        """Account and key stay, the anchor is moved by a step."""
        return ("account", "key", "anchor_on") if obj else ()

    @admin.display(description="entries", ordering="_entries")
    def entry_count(self, campaign: Campaign) -> int:
        """How many entries it has."""
        return int(getattr(campaign, "_entries", 0))

    def create(self, request: HttpRequest, form: ModelForm[Any]) -> int:
        """Open it."""
        typed = form.cleaned_data
        try:
            answer = campaigning.create_campaign(
                actor_of(request), typed["account"].pk, typed["name"], campaign_key=typed["key"],
                anchor_on=typed["anchor_on"], brand=typed["brand_name"], notes=typed["notes"],
            )  # fmt: skip
        except CallsheetError as error:
            raise at_its_field(error) from error
        return int(answer["campaign"])

    def update(self, request: HttpRequest, obj: Any, form: ModelForm[Any]) -> None:
        """Change what was changed in the form."""
        names = {"brand_name": "brand"}
        changes = {names.get(n, n): form.cleaned_data[n] for n in form.changed_data}
        try:
            campaigning.change_campaign(actor_of(request), obj.pk, **changes)
        except CallsheetError as error:
            raise at_its_field(error) from error

    @action(description="Move the anchor", icon="event_repeat", permissions=["act"])
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What nobody has started moves along."""

        def do(row: Campaign, typed: dict[str, Any], key: str) -> Any:
            answer = anchoring.move_campaign(actor_of(request), row.pk, key=key, **typed)
            stays = [*answer["stayed"], *answer["briefs_stayed"]]
            if stays:
                listed = ", ".join(f"{one['title'] or one['key']} ({_words(one)})" for one in stays)
                messages.warning(request, f"Stays as it is: {listed}.")
            return answer

        return take_step(
            self, request, object_id, title="Move the anchor", form_class=MoveForm, do=do,
            button="Move",
            intro="Entries that nobody has started move along, with their drafts and with briefs"
            " that are not accepted yet; the rest is listed. Moving back undoes it.",
            said=lambda row, answer: f"“{row}” is anchored on {answer['anchor_on']}:"
            f" {say_number(len(answer['moved']), 'entry', 'entries')} moved, and"
            f" {say_number(len(answer['briefs']), 'brief', 'briefs')}.",
        )  # fmt: skip


def _words(stays: dict[str, Any]) -> str:
    return str(stays["reason"]).replace("_", " ")


# -- records ---------------------------------------------------------------------------------------


@admin.register(WantedDeliverable)
class WantedDeliverableAdmin(ReadOnlyAdmin):
    """What entries want; reached from them."""

    group = Group.PROJECTS
    list_display = ("entry", "type", "quantity", "account")
    list_select_related = ("entry", "type", "account")
    search_fields = ("entry__title", "account__name")
    ordering = ("-id",)


@admin.register(EntryDeliverable)
class EntryDeliverableAdmin(ReadOnlyAdmin):
    """Which deliverables serve which entries; reached from them."""

    group = Group.PROJECTS
    list_display = ("entry", "project", "deliverable", "account")
    list_select_related = ("entry", "project", "deliverable__type", "account")
    search_fields = ("entry__title", "project__title", "account__name")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EntryDeliverable]:
        """Only of projects that the studio may see."""
        return super().get_queryset(request).filter(seen_by_the_studio("project__"))
