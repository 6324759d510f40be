"""What is said about what was delivered, and the files that it is said about."""

from __future__ import annotations

from io import BytesIO

from django.core.files import File

from callsheet.demo.moments import Kind
from callsheet.demo.pictures import picture
from callsheet.demo.setting import Setting
from callsheet.projects.models import AssetVersion, Comment, Deliverable, Project
from callsheet.services import commenting, uploading
from callsheet.services.commenting import Pin, Said

_WORDS = (
    "Is this the label of this season?",
    "Could the light come from the other side?",
    "Who owns the rights of the music?",
    "The horizon is not level.",
)
_ANSWERS = ("Yes, it is.", "We have changed it.", "It is in the contract, page 2.")


class Talk:
    """Comments, answers and files; each writes its moments into the diary."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._cast = setting.cast
        self._rng = setting.rng

    def hand_in_file(self, project: Project) -> None:
        """A producer hands in a picture of what is about to be delivered first."""
        part = (
            Deliverable.objects.filter(concept__project=project, state="waiting")
            .order_by("pk")
            .first()
        )
        if part is None:
            return
        name = f"{project.key}-{part.pk}.png"
        file = File(BytesIO(picture(self._rng)), name=name)
        uploading.add_asset(self._cast.producer(self._rng), part.pk, file, name="Picture")

    def say_something(self, project: Project) -> None:
        """The customer asks something, pointing to a place where there is a picture."""
        version = (
            AssetVersion.objects.filter(
                asset__deliverable__concept__project=project,
                asset__deliverable__state__in=["delivered", "approved"],
            )
            .order_by("pk")
            .last()
        )
        text = self._rng.choice(_WORDS)
        pin = Pin(round(self._rng.uniform(0.2, 0.8), 2), round(self._rng.uniform(0.2, 0.8), 2))
        said = Said(text) if version is None else Said(text, version=version.pk, pin=pin)
        actor = self._cast.owner(project, self._rng)
        commenting.comment(actor, project.pk, said)
        where = " and points to the place in the picture" if version is not None else ""
        self._setting.tell(
            project, Kind.COMMENT, f"{actor.name} asks about “{project.title}”{where}: {text}"
        )

    def answer(self, comment: Comment) -> None:
        """The studio answers a comment, and it is dealt with."""
        actor = self._cast.producer(self._rng)
        said = Said(self._rng.choice(_ANSWERS), answers=comment.pk)
        commenting.comment(actor, comment.project_id, said)
        commenting.resolve_comment(actor, comment.pk)
