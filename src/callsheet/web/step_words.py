"""What the actions on a project are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callsheet.insight.project_actions import Act


@dataclass(frozen=True, slots=True)
class StepWords:
    """What an action is called: in a menu, as a headline, on its button."""

    menu: str
    headline: str
    button: str
    careful: bool = False


WORDS: Mapping[Act, StepWords] = {
    Act.APPROVE_BRIEF: StepWords("Approve the brief", "Approve “{title}”?", "Approve and submit"),
    Act.REFUSE_BRIEF: StepWords("Do not approve", "What has to change?", "Back to draft"),
    Act.TAKE_BACK: StepWords("Take it back", "Take “{title}” back?", "Back to draft"),
    Act.CLARIFY: StepWords("Answer", "Answer the studio's question", "Send the answer"),
    Act.APPROVE: StepWords("Approve", "Approve what is delivered?", "Approve for good"),
    Act.REVISE: StepWords("Ask for changes", "What should change?", "Ask for the changes"),
    Act.GIVE_APPROVAL: StepWords("Give your approval", "Approve “{title}”?", "Give my approval"),
    Act.TAKE_APPROVAL_BACK: StepWords(
        "Take your approval back", "Take your approval back?", "Take it back"
    ),
    Act.FINALIZE: StepWords("Finalize", "Finalize “{title}”?", "Finalize", careful=True),
    Act.EXTEND: StepWords("More time", "More time to look at it?", "Take more time"),
    Act.REOPEN: StepWords("Open again", "Open “{title}” again?", "Open again"),
    Act.RESUME: StepWords("Let it go on", "Let “{title}” go on?", "Let it go on"),
    Act.REST: StepWords("Let it rest", "Let “{title}” rest?", "Let it rest"),
    Act.WITHDRAW: StepWords("Withdraw", "Withdraw “{title}”?", "Withdraw the brief"),
    Act.ASK_PARK: StepWords("Ask to park it", "Ask the studio to park it?", "Ask to park"),
    Act.ASK_CANCEL: StepWords(
        "Ask to cancel it", "Ask the studio to cancel it?", "Ask to cancel", careful=True
    ),
    Act.TAKE_BACK_WISH: StepWords(
        "Take the wish back", "Take the wish back?", "Let the project go on"
    ),
    Act.ADD_VARIATIONS: StepWords("Order variations", "Order more variations", "Order them"),
    Act.ARRANGE_PEOPLE: StepWords("People", "Who has a part in “{title}”", "Change"),
    Act.AGREE: StepWords("Agree", "Agree to the new scope?", "Agree"),
    Act.DECLINE: StepWords("Decline", "Decline the new scope?", "Decline"),
    Act.WITHDRAW_CHANGE: StepWords(
        "Take the proposal back", "Take the proposal back?", "Take it back"
    ),
    Act.PROPOSE_CHANGE: StepWords("Change the scope", "Propose another scope", "Propose it"),
    Act.CHANGE_DATES: StepWords("Dates and campaign", "Dates, campaign, priority", "Save"),
    Act.COMMENT: StepWords("Comment", "Comment", "Send"),
    Act.ACCEPT: StepWords("Accept", "Accept “{title}”?", "Accept into production"),
    Act.ASK_CUSTOMER: StepWords("Ask the customer", "Ask the customer something", "Ask"),
    Act.RETURN: StepWords("Return the brief", "Return the brief?", "Return it"),
    Act.ENTER_STAGE: StepWords("Stage", "In which stage is it?", "Save"),
    Act.ADD_FILE: StepWords("Add a file", "Add a file", "Upload"),
    Act.DELIVER: StepWords("Deliver", "Deliver to the customer?", "Deliver"),
    Act.CHANGE_PROMISE: StepWords("Promised day", "Change the promised day", "Save"),
    Act.GRANT_WISH: StepWords(
        "Do as they wish", "Do as the customer wishes?", "Do it", careful=True
    ),
    Act.REFUSE_WISH: StepWords("Let it go on", "Let the project go on?", "Let it go on"),
    Act.PARK: StepWords("Park", "Park “{title}”?", "Park it"),
    Act.CANCEL: StepWords("Cancel", "Cancel “{title}”?", "Cancel for good", careful=True),
}
