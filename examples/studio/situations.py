"""The situations that the example studio is there to show, written out by hand.

Days are working days from the day of import unless a text says otherwise. The demo imports them as
of thirteen weeks ago; what becomes of each in its quarter is in README.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field

type Cells = dict[str, str]


@dataclass(frozen=True)
class Open:
    """A brief or project that is not finished. ``cells`` adds or overrides columns."""

    title: str
    brief_type: str
    scope: str
    status: str
    submitted: int | None = None
    started: int | None = None
    delivered: int | None = None
    wanted: int | None = None
    cells: Cells = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """An account with a story. ``demand`` and ``peak`` shape its past; ``cells`` its row."""

    open: tuple[Open, ...] = ()
    demand: float = 0.75
    peak: float = 0.3
    most: int | None = None
    until: int = 0
    cells: Cells = field(default_factory=dict)


OC, CC, AO = "original_creative", "content_creation", "adapt_optimize"
RUNNING, WAITING, REVIEW = "in_progress", "queued", "pending_review"

SITUATIONS: dict[str, Situation] = {
    # --- a saturated team beside an idle one, a loan to be returned
    "halden-run": Situation(
        open=(
            Open(
                "Race week: carbon shoes, hero film",
                OC,
                "A: 2 video | B: 2 static",
                RUNNING,
                -24,
                -22,
                wanted=14,
            ),
            Open("Warm-up: training tops in use", CC, "2 photo set", RUNNING, -18, -16, wanted=12),
            Open(
                "Coach's tips: recovery boots",
                OC,
                "2 video, 4 format variation of 1",
                "delivered",
                -34,
                -32,
                -4,
                wanted=2,
            ),
            Open("Unboxing: carbon shoes", CC, "1 photo set", REVIEW, -2, -1, wanted=20),
            Open(
                "Club collection: three hooks, one idea",
                OC,
                "A: 2 video | B: 2 static",
                WAITING,
                -15,
                wanted=18,
                cells={"rank": "1", "priority": "high"},
            ),
            Open("New season kit on location", CC, "2 photo set", WAITING, -12, wanted=22),
            Open(
                "Race week for stories and reels", AO, "6 format variation", WAITING, -8, wanted=16
            ),
            Open("Bike shorts: the quiet version", OC, "1 video", WAITING, -6, wanted=25),
            Open("Yoga mats: hands and details", CC, "1 photo set", WAITING, -3, wanted=30),
        ),
        demand=1.1,
    ),
    "halden-golf": Situation(
        open=(
            Open(
                "Club collection: golf polos in the studio",
                CC,
                "1 photo set",
                RUNNING,
                -9,
                -8,
                wanted=16,
            ),
        ),
        demand=0.2,
    ),
    # --- a large launch that blocks small briefs
    "brixen": Situation(
        open=(
            Open(
                "Reviews retold: the desk speaker",
                OC,
                "A: 2 video | B: 2 static",
                RUNNING,
                -22,
                -21,
                wanted=10,
            ),
            Open(
                "Travel kit: noise-cancelling buds",
                OC,
                "A: 1 video, 1 static | B: 1 video, 1 static",
                RUNNING,
                -16,
                -14,
                wanted=14,
            ),
            Open(
                "How it works: firmware 3",
                OC,
                "2 video, 4 format variation of 1",
                RUNNING,
                -11,
                -10,
                wanted=20,
            ),
            Open(
                "Launch of the pocket projector",
                OC,
                "Night: 4 video, 4 static | Travel: 3 video, 2 static",
                WAITING,
                -9,
                wanted=45,
                cells={
                    "rank": "1",
                    "priority": "urgent",
                    "campaign": "Launch",
                    "note": "The largest launch of the year; everything at once, please.",
                },
            ),
            Open("Black week: bike lights", OC, "1 video", WAITING, -7, wanted=14),
            Open("Bike lights in six languages", AO, "8 text variation", WAITING, -6, wanted=12),
            Open("Desk speaker: still life", CC, "1 photo set", WAITING, -5, wanted=26),
            Open(
                "Smart plugs: problem and solution",
                OC,
                "3 static, 6 text variation of 1",
                WAITING,
                -2,
                wanted=30,
            ),
            # For later: the demo hands these in towards the end of its quarter.
            Open(
                "Desk speaker in the kitchen",
                OC,
                "A: 1 video, 1 static | B: 1 video, 1 static",
                "draft",
                wanted=80,
            ),
            Open(
                "Bike lights in winter", OC, "2 video, 4 format variation of 1", "draft", wanted=85
            ),
            Open(
                "Second wave of the pocket projector",
                OC,
                "Home: 4 video, 4 static | Office: 3 video, 2 static",
                "draft",
                wanted=100,
                cells={"priority": "urgent", "campaign": "Launch"},
            ),
            Open("Bike lights in eight languages", AO, "8 text variation", "draft", wanted=90),
        ),
        demand=0.8,
    ),
    # --- a brief that can never start
    "kestrel": Situation(
        open=(
            Open(
                "Gravel bike relaunch: the complete set",
                OC,
                "Road: 3 video, 2 static | Forest: 3 video, 2 static",
                WAITING,
                -8,
                wanted=40,
                cells={"rank": "1", "priority": "high", "campaign": "Relaunch"},
            ),
            Open("Bike shorts in use", CC, "2 photo set", RUNNING, -10, -9, wanted=16),
            Open("Warm-up: founder's voice", OC, "1 video", RUNNING, -6, -5, wanted=22),
        ),
        demand=0.7,
    ),
    # --- deliveries that nobody has read
    "lumiere": Situation(
        open=(
            Open(
                "Lookbook: leather bags on location",
                CC,
                "2 photo set",
                "delivered",
                -58,
                -56,
                -28,
                wanted=-25,
            ),
            Open(
                "Campaign teaser: party dresses",
                OC,
                "3 static, 6 text variation of 1",
                "delivered",
                -52,
                -50,
                -21,
                wanted=-18,
            ),
            Open(
                "Restock: linen shirts, shorter cuts",
                AO,
                "1 video, 8 text variation of 1",
                "delivered",
                -36,
                -35,
                -17,
                wanted=-15,
            ),
            Open(
                "Spring drop: knitwear, teaser and reveal",
                OC,
                "A: 2 video | B: 2 static",
                WAITING,
                -14,
                wanted=20,
            ),
            Open(
                "Outlet week: the capsule",
                OC,
                "2 video, 4 format variation of 1",
                WAITING,
                -10,
                wanted=16,
            ),
        ),
        demand=0.75,
    ),
    # --- the year-end peak
    "tannenhof": Situation(
        open=(
            Open(
                "Advent: filled chocolates, hero film",
                OC,
                "A: 2 video | B: 2 static",
                RUNNING,
                -20,
                -19,
                wanted=8,
                cells={"campaign": "Year-end"},
            ),
            Open(
                "Gift tins: stop motion",
                CC,
                "1 stop motion",
                RUNNING,
                -17,
                -16,
                wanted=9,
                cells={"campaign": "Year-end"},
            ),
            Open(
                "Panettone: hands and details",
                CC,
                "2 photo set",
                RUNNING,
                -14,
                -13,
                wanted=11,
                cells={"campaign": "Gift guide"},
            ),
            Open(
                "Gift guide: three hooks, one idea",
                OC,
                "A: 2 video, 5 format variation of 1 | B: 3 static",
                RUNNING,
                -12,
                -11,
                wanted=14,
                cells={"campaign": "Gift guide"},
            ),
            Open("Soups: back to office, in use", CC, "2 photo set", RUNNING, -10, -9, wanted=16),
            Open(
                "Pickles: the quiet version",
                OC,
                "A: 1 video, 1 static | B: 1 video, 1 static",
                RUNNING,
                -8,
                -7,
                wanted=18,
            ),
            Open(
                "Olive oil: recipe of the week",
                OC,
                "1 stop motion, 2 static",
                WAITING,
                -9,
                wanted=15,
                cells={"campaign": "Year-end"},
            ),
            Open(
                "Advent in six languages",
                AO,
                "8 text variation",
                WAITING,
                -8,
                wanted=10,
                cells={"campaign": "Year-end"},
            ),
            Open(
                "Gift tins for stories and reels",
                AO,
                "6 format variation",
                WAITING,
                -7,
                wanted=12,
                cells={"campaign": "Year-end"},
            ),
            Open(
                "Filled chocolates: new room",
                OC,
                "2 video, 4 format variation of 1",
                WAITING,
                -6,
                wanted=18,
                cells={"campaign": "Year-end"},
            ),
            Open(
                "Granola: breakfast in January",
                OC,
                "2 static",
                WAITING,
                -4,
                wanted=35,
                cells={"not_before": "today+28d"},
            ),
            Open(
                "Last orders: paid social",
                OC,
                "1 video",
                WAITING,
                -2,
                wanted=16,
                cells={"campaign": "Year-end", "priority": "urgent"},
            ),
        ),
        demand=0.8,
        peak=2.0,
    ),
    # --- a customer who should downgrade
    "paperworks": Situation(
        open=(
            Open(
                "Birthday ideas: picture books, flat lays",
                CC,
                "1 photo set",
                RUNNING,
                -12,
                -11,
                wanted=12,
            ),
        ),
        demand=0.16,
        peak=0.0,
        most=20,
    ),
    # --- pay-as-you-go: below the minimum, lots that expire, waiting for a purchase
    "solstice": Situation(
        open=(
            Open(
                "Refill month: the scent trio, still life",
                CC,
                "2 photo set",
                "draft",
                wanted=30,
                cells={"campaign": "Always on"},
            ),
            Open(
                "Small spaces: reading lamps, hero film",
                OC,
                "A: 2 video | B: 2 static",
                RUNNING,
                -14,
                -12,
                wanted=14,
            ),
        ),
        demand=0.35,
    ),
    "candela": Situation(
        open=(
            Open(
                "Showroom opening: reading lamps",
                OC,
                "A: 2 video | B: 2 static",
                "delivered",
                -36,
                -34,
                -2,
                wanted=3,
            ),
            Open(
                "Made to last: the garden lantern",
                CC,
                "3 photo set, 4 raw video clip",
                "draft",
                wanted=40,
            ),
        ),
        demand=0.35,
    ),
    "ember": Situation(
        open=(
            Open(
                "Picnic: grills on location",
                CC,
                "3 photo set, 4 raw video clip",
                WAITING,
                -7,
                wanted=28,
            ),
        ),
        demand=0.3,
    ),
    # --- a paused subscription
    "fjord": Situation(
        open=(
            Open(
                "Hut to hut: shell jackets",
                OC,
                "2 video, 4 format variation of 1",
                RUNNING,
                -19,
                -18,
                wanted=8,
            ),
            Open("Repair week: tents in use", CC, "2 photo set", WAITING, -16, wanted=40),
            Open("First snow: merino layers", OC, "1 video", WAITING, -13, wanted=42),
        ),
        demand=0.6,
        cells={"paused_until": "today+59d"},
    ),
    # --- overdrawn by the import
    "meridian": Situation(
        open=(
            Open(
                "New colours: trail packs, hero film",
                OC,
                "A: 2 video | B: 2 static",
                RUNNING,
                -15,
                -14,
                wanted=18,
            ),
            Open(
                "Athlete story: founder's voice",
                OC,
                "1 stop motion, 2 static",
                RUNNING,
                -13,
                -12,
                wanted=20,
            ),
            Open("Cabin bags on location", CC, "2 photo set", RUNNING, -8, -7, wanted=24),
            Open("Season opening: paid social", OC, "2 static", WAITING, -5, wanted=26),
        ),
        demand=0.7,
        cells={
            "note": "Taken over from the old list with 75 credits in production on a plan of 60."
        },
    ),
    # --- a downgrade that is scheduled, under load
    "oakline": Situation(
        open=(
            Open(
                "New room: kitchen fronts, hero film",
                OC,
                "A: 2 video, 5 format variation of 1 | B: 3 static",
                RUNNING,
                -13,
                -12,
                wanted=18,
            ),
            Open(
                "Showroom opening on location",
                CC,
                "3 photo set, 4 raw video clip",
                RUNNING,
                -8,
                -7,
                wanted=22,
            ),
        ),
        demand=0.6,
        cells={"renews": "today+40d"},
    ),
    # --- a pool with borrowing: one team short, others with idle credits
    "nordlicht-sofas": Situation(
        open=(
            Open(
                "Small spaces: the modular sofa, hero film",
                OC,
                "A: 2 video, 5 format variation of 1 | B: 3 static",
                RUNNING,
                -16,
                -15,
                wanted=16,
            ),
            Open("Fabric stories: still life", CC, "2 photo set", RUNNING, -11, -10, wanted=18),
            Open(
                "The modular sofa: before and after",
                OC,
                "A: 2 video | B: 2 static",
                WAITING,
                -4,
                wanted=26,
                cells={"rank": "1"},
            ),
            Open("Sale: rugs, paid social", OC, "2 static", WAITING, -3, wanted=20),
        ),
        demand=0.9,
    ),
    "nordlicht-garden": Situation(demand=0.15, peak=0.0),
    # --- ordered by a plan
    "maison-parfum": Situation(
        open=(
            Open(
                "Gift sets: the scent trio, hero film",
                OC,
                "A: 2 video | B: 2 static",
                RUNNING,
                -14,
                -13,
                wanted=15,
            ),
            Open(
                "Launch: the quiet version",
                OC,
                "1 stop motion, 2 static",
                RUNNING,
                -9,
                -8,
                wanted=22,
            ),
            Open(
                "Routine in a minute: hand cream",
                OC,
                "A: 1 video, 1 static | B: 1 video, 1 static",
                WAITING,
                -7,
                wanted=34,
            ),
            Open("Ingredient story: still life", CC, "2 photo set", WAITING, -5, wanted=18),
            Open("Gift sets in six languages", AO, "8 text variation", WAITING, -3, wanted=16),
        ),
        demand=0.8,
        cells={"policy": "planned"},
    ),
    # --- work on ice, and work that builds on other work
    "bellwether": Situation(
        open=(
            Open(
                "Autumn drop: knitwear on location",
                CC,
                "3 photo set, 4 raw video clip",
                RUNNING,
                -12,
                -11,
                wanted=16,
            ),
            Open(
                "Autumn drop: knitwear, shorter cuts",
                AO,
                "6 format variation",
                WAITING,
                -10,
                wanted=26,
                cells={"after": "bellwether-1"},
            ),
            Open(
                "Spring drop: raw denim",
                OC,
                "A: 2 video | B: 2 static",
                "parked",
                -40,
                -38,
                wanted=50,
            ),
            Open(
                "Lookbook: wool trousers",
                OC,
                "1 video",
                "clarification_requested",
                -7,
                -6,
                wanted=24,
            ),
        ),
        demand=0.7,
        cells={"release": "per concept"},
    ),
    # --- lives of accounts: trial, notice, ended
    "yarrow": Situation(
        open=(
            Open("Tasting: iced tea, founder's voice", OC, "1 video", REVIEW, -2, -1, wanted=24),
        ),
        demand=0.0,
        cells={"trial_until": "today+35d", "started": "today-9d"},
    ),
    "wagtail": Situation(
        open=(
            Open(
                "New litter: dog beds in use",
                CC,
                "1 photo set",
                "delivered",
                -26,
                -25,
                -3,
                wanted=2,
            ),
        ),
        demand=0.4,
        cells={"notice": "today-20d", "ended": "today+70d", "ended_reason": "moved in-house"},
    ),
    "verbena": Situation(
        demand=0.5, until=-200, cells={"ended": "today-250d", "ended_reason": "price"}
    ),
    "umber": Situation(
        demand=0.4, until=-90, cells={"ended": "today-110d", "ended_reason": "insolvency"}
    ),
    "tundra": Situation(
        demand=0.5, until=-300, cells={"ended": "today-380d", "ended_reason": "moved in-house"}
    ),
}

PAY_AS_YOU_GO = frozenset({"solstice", "candela", "ember", "quill", "poppy", "thistle"})

PLANS: dict[str, str] = {
    # accounts not named here have a plan by chance
    "brixen": "Scale", "kestrel": "Growth", "lumiere": "Growth", "tannenhof": "Scale",
    "paperworks": "Scale", "fjord": "Growth", "meridian": "Growth", "oakline": "Scale",
    "bellwether": "Scale", "yarrow": "Starter", "wagtail": "Starter", "maison-parfum": "Growth",
    "maison-skin": "Scale", "maison-hair": "Growth", "petrichor": "Enterprise",
    "copperpot": "Enterprise", "nimbus": "Scale", "vantage": "Scale",
}  # fmt: skip

ORGANIZATIONS: tuple[tuple[Cells, tuple[Cells, ...]], ...] = (
    # each organization with its accounts
    (
        {"key": "nordlicht", "name": "Nordlicht Living Group", "credits": "300", "borrowing": "yes",
         "price": "10500.00", "trade": "furniture"},
        (
            {"key": "nordlicht-sofas", "name": "Nordlicht Sofas", "allocation": "60",
             "may_borrow": "40", "may_lend": "20", "floor": "10", "weight": "2"},
            {"key": "nordlicht-light", "name": "Nordlicht Light", "allocation": "60",
             "may_borrow": "30", "may_lend": "30", "weight": "1"},
            {"key": "nordlicht-kitchen", "name": "Nordlicht Kitchens", "allocation": "80",
             "may_borrow": "30", "may_lend": "40", "weight": "1"},
            {"key": "nordlicht-garden", "name": "Nordlicht Garden", "allocation": "70",
             "may_borrow": "20", "may_lend": "50", "floor": "20", "weight": "1"},
        ),
    ),
    (
        {"key": "halden", "name": "Halden Sports", "credits": "280", "price": "9900.00",
         "trade": "sports"},
        (
            {"key": "halden-run", "name": "Halden Running", "allocation": "60"},
            {"key": "halden-golf", "name": "Halden Golf", "allocation": "80"},
            {"key": "halden-ski", "name": "Halden Ski", "allocation": "60"},
            {"key": "halden-trail", "name": "Halden Trail", "allocation": "50"},
        ),
    ),
    (
        {"key": "maison", "name": "Maison Verreau", "credits": "60", "price": "2600.00",
         "trade": "cosmetics"},
        (
            {"key": "maison-parfum", "name": "Verreau Parfums"},
            {"key": "maison-skin", "name": "Verreau Skin"},
            {"key": "maison-hair", "name": "Verreau Hair"},
            {"key": "maison-lab", "name": "Verreau Lab", "allocation": "40"},
        ),
    ),
)  # fmt: skip

CREDITS: tuple[Cells, ...] = (
    # calendar days: these are told in the customers' own words
    {"key": "LOAN-1", "kind": "loan", "account": "halden-run", "lender": "halden-golf",
     "credits": "20", "start": "today-32d", "end": "today+19d", "note": "For race week."},
    {"key": "DOWN-1", "kind": "downgrade", "account": "oakline", "credits": "60",
     "start": "today+40d", "note": "From Scale to Growth at the renewal."},
    {"key": "BOOST-1", "kind": "booster", "account": "tannenhof", "credits": "30",
     "start": "today-30d", "end": "today+60d", "price": "1200.00", "currency": "EUR",
     "note": "For the year-end."},
    {"key": "GOOD-1", "kind": "goodwill", "account": "nimbus", "credits": "10",
     "start": "today-12d", "end": "today+48d", "note": "A late delivery in the summer."},
    {"key": "LOT-SOLSTICE-1", "kind": "lot", "account": "solstice", "credits": "70",
     "start": "today-60d", "end": "today+305d", "price": "3850.00", "currency": "EUR"},
    {"key": "LOT-CANDELA-1", "kind": "lot", "account": "candela", "credits": "45",
     "start": "today-341d", "end": "today+24d", "price": "2475.00", "currency": "EUR"},
    {"key": "LOT-CANDELA-2", "kind": "lot", "account": "candela", "credits": "40",
     "start": "today-90d", "end": "today+275d", "price": "2200.00", "currency": "EUR"},
    {"key": "LOT-EMBER-1", "kind": "lot", "account": "ember", "credits": "20",
     "start": "today-200d", "end": "today+165d", "price": "1100.00", "currency": "EUR"},
    {"key": "LOT-QUILL-1", "kind": "lot", "account": "quill", "credits": "60",
     "start": "today-80d", "end": "today+285d", "price": "3300.00", "currency": "EUR"},
    {"key": "LOT-POPPY-1", "kind": "lot", "account": "poppy", "credits": "40",
     "start": "today-150d", "end": "today+215d", "price": "2200.00", "currency": "EUR"},
    {"key": "LOT-THISTLE-1", "kind": "lot", "account": "thistle", "credits": "90",
     "start": "today-20d", "end": "today+345d", "price": "4700.00", "currency": "EUR"},
)  # fmt: skip

PRICES: tuple[Cells, ...] = (
    {"item": "Static creative", "medium": "static", "credits": "5", "also_called": "static"},
    {"item": "Video creative", "medium": "video", "credits": "10", "also_called": "video"},
    {"item": "Stop motion", "medium": "stop motion", "credits": "15"},
    {"item": "Photo", "medium": "photo", "credits": "2"},
    {"item": "Photo set", "medium": "photo", "credits": "10"},
    {"item": "Raw video clip", "medium": "video", "credits": "5", "also_called": "raw clip"},
    {"item": "Text variation", "kind": "variation", "credits": "0"},
    {"item": "Format variation", "kind": "variation", "credits": "0"},
    {"item": "Starter", "kind": "plan", "credits": "30", "price": "1450.00", "currency": "EUR"},
    {"item": "Growth", "kind": "plan", "credits": "60", "price": "2600.00", "currency": "EUR"},
    {"item": "Scale", "kind": "plan", "credits": "120", "price": "4800.00", "currency": "EUR"},
    {"item": "Enterprise", "kind": "plan", "credits": "300", "price": "10500.00",
     "currency": "EUR"},
)  # fmt: skip
