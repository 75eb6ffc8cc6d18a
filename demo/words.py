"""The words that the example data is made of."""

from datetime import UTC, datetime
from typing import Final

SEED: Final = "gold"
AS_OF: Final = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
"""The day on which the example data was taken. Nothing in it is later."""

FIRST_NAMES: Final = (
    *("Camille", "Louis", "Manon", "Hugo", "Léa", "Arthur", "Chloé", "Jules", "Inès", "Noé", "Anaïs", "Raphaël", "Zoé", "Élise"),
    *("Emily", "Oliver", "Grace", "Henry", "Alice", "George", "Ruby", "Oscar", "Giulia", "Matteo", "Sofia", "Leonardo"),
    *("Eleni", "Nikos", "Maria", "Giorgos", "Anna", "Karl", "Ingrid", "Søren", "Łucja", "Jan", "Mireia", "Jordi"),
)
LAST_NAMES: Final = (
    *("Bernard", "Dubois", "Moreau", "Lefèvre", "Girard", "Roux", "Fontaine", "Chevalier", "Marchand", "Gauthier", "d’Aubigny"),
    *("Taylor", "Wright", "O'Brien", "Clarke", "Hughes", "Rossi", "Ferrari", "Bianchi", "Esposito", "Papadakis", "Nikolaidis"),
    *("Müller", "Schäfer", "Jørgensen", "Nowak", "Kowalska", "García", "Ferrer", "De Smet", "Van den Berg", "Silva"),
)
STREETS: Final = (
    "rue des Tilleuls",
    "avenue du Parc",
    "rue Haute",
    "place du Marché",
    "chemin des Vignes",
    "quai du Port",
    "rue Neuve",
)
TOWNS: Final = (
    *(
        ("75011", "Paris", "FR"),
        ("69003", "Lyon", "FR"),
        ("33000", "Bordeaux", "FR"),
        ("59800", "Lille", "FR"),
        ("13006", "Marseille", "FR"),
    ),
    *(
        ("1050", "Bruxelles", "BE"),
        ("1204", "Genève", "CH"),
        ("50122", "Firenze", "IT"),
        ("105 57", "Athina", "GR"),
        ("D02 X285", "Dublin", "IE"),
    ),
)
DELIVERY_NOTES: Final = (
    None,
    "Code 12B4, second floor",
    "-2e étage, à gauche",
    'Ring at "Concierge"',
    None,
    "@ reception; call first",
    "",
)
PRODUCTS: Final = tuple(
    (f"OJ-{number:03d}", f"{piece} in {metal}", 90 + 35 * number)
    for number, (piece, metal) in enumerate(
        (piece, metal)
        for piece in ("Solitaire", "Wedding ring", "Signet ring", "Pendant", "Bracelet", "Earrings", "Brooch", "Cufflinks")
        for metal in ("yellow gold", "white gold", "rose gold", "silver", "platinum")
    )
)
"""Article number, description, price in whole euros."""

ENGRAVINGS: Final = (None, "C & J 12.06.2021", "+ toujours", None, "=love", "Pour la vie ♥", None, "'til the stars fall")
GIFT_MESSAGES: Final = (
    "Joyeux anniversaire !\nAvec toute notre affection.",
    'For "the best" mother, with love',
    "=2+2 ne fera jamais 5; mais nous, si.",
    "Félicitations, tab\tand comma, both meant.",
    "愛を込めて 💍",
)
RECIPIENTS: Final = (
    "Ottiliane Quarrelwood",
    "Balthazar Zimmerlei",
    "Perpétue Grandvoinet",
    "Wendeline Okonjo-Strand",
    "Çağatay Yıldırımoğlu",
)
"""Names of people who are not customers. No answer may ever hold one of them."""
RECIPIENT_PHONE: Final = "+33 6 39 98 77 "
AGENTS: Final = ("Thaddea Winterfeldt", "Evaristo Pellingham")
"""Names of staff. No answer may ever hold one of them."""
PASSWORD_HASH: Final = "argon2id$never-to-be-shown$"  # noqa: S105

METALS: Final = ("yellow gold", "white gold", "rose gold", "silver", "platinum")
REACTIONS: Final = (None, "Red skin with nickel", None, "", "Allergic to copper")
STYLES: Final = ("classic", "art deco", "minimal", "romantic")
FAMILY_NOTES: Final = (None, "Wedding anniversary in June", "Two daughters, born in spring\nlikes to give earrings", None)
FINGERS: Final = ("left ring finger", "right ring finger", "left middle finger", "right little finger")
CHANNELS: Final = ("website", "shop Paris", "telephone", "shop Lyon")
METHODS: Final = ("card", "bank transfer", "wallet", "instalments")
REASONS: Final = ("Too small", 'The colour is not "as shown"', "-", "Changed my mind,\nsorry")
RULES: Final = ("Number of pieces in a month", "Same piece ordered again", "Address used before")
REPAIRS: Final = ("Clasp replaced", "Size changed from 52 to 54", "=SUM(stones) set again", "Cleaned and polished", None)
PAPERS: Final = ("passport", "identity card", "residence permit")
TOPICS: Final = ("Where is my order?", "Size of a ring", "Question about a repair")
PAGES: Final = ("/", "/rings", "/rings/solitaire", "/account", "/care/cleaning")
BROWSERS: Final = ("Firefox on Windows", "Safari on iPhone", "Chrome on Android", "Firefox on Linux")
TIERS: Final = ("none", "silver", "gold", "ambassador")
POLICIES: Final = ("2021-03", "2023-01", "2025-06")

LISTS: Final = (("news", "News of the house"), ("sales", "Private sales"), ("care", "Care of your jewellery"))
CAMPAIGNS: Final = tuple(f"Letter of {month} 2026" for month in ("January", "March", "May", "July", "September", "October"))
DOORS: Final = ("website", "shop", "event of a partner", "order")
SUBSCRIBER_STATES: Final = ("active", "active", "active", "unsubscribed")
WORDINGS: Final = (
    "May we write to you about new pieces?",
    "May we invite you to private sales?",
    "May we text you?\nYou can stop at any time.",
)
CONSENT_CHANNELS: Final = ("email", "email", "sms", "post")
MAIL_PROGRAMS: Final = ("Thunderbird", "Apple Mail", "Webmail")
EVENTS: Final = ("sent", "sent", "opened", "clicked")
