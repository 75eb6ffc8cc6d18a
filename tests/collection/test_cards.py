"""No answer gives a full card number away, and no other number is touched."""

import json

import pytest

from requests_app.collection.cards import is_card, masked
from requests_app.connectors.base import Batch, CollectionInfo, FieldInfo, Form

VISA, AMEX, MASTERCARD = "4111111111111111", "378282246310005", "5555 5555 5555 4444"
INFO = CollectionInfo(
    "notes", {"en": "Notes"}, "care",
    (
        FieldInfo("id", {"en": "Id"}, ("user.unique_id",), "integer", is_key=True),
        FieldInfo("text", {"en": "Text"}, ("user.content",), "string"),
        FieldInfo("parcel", {"en": "Parcel"}, ("user.unique_id",), "string"),
        FieldInfo("card_number", {"en": "Card"}, ("user.unique_id",), "integer"),
    ),
    (), (), (), (), "", {"en": ""},
)  # fmt: skip


def in_json(**fields: object) -> dict[str, object]:
    record = {"id": 1, "text": None, "parcel": None, "card_number": None} | fields
    text = masked(Batch("notes", Form.JSON, f"{json.dumps(record)}\n".encode(), 1), INFO)
    found: dict[str, object] = json.loads(text)
    return found


@pytest.mark.promise("C5")
@pytest.mark.promise("S23")
@pytest.mark.parametrize("number", [VISA, AMEX, MASTERCARD, "4111-1111-1111-1111"])
def test_a_card_number_that_somebody_wrote_down_is_masked(number: str) -> None:
    digits = "".join(sign for sign in number if sign.isdigit())

    text = in_json(text=f"Pay with {number} please")["text"]

    assert text == f"Pay with {'*' * (len(digits) - 4)}{digits[-4:]} please"


@pytest.mark.promise("C5")
@pytest.mark.promise("S23")
def test_a_column_of_card_numbers_is_masked_whatever_its_type_and_category() -> None:
    assert in_json(card_number=int(VISA))["card_number"] == "************1111"
    assert in_json(card_number=VISA)["card_number"] == "************1111"


def test_the_table_says_the_same_as_the_records() -> None:
    row = f'1,"a, ""{MASTERCARD}""\nand more",,{VISA}\n'.encode()

    assert masked(Batch("notes", Form.CSV, row, 1), INFO) == b'1,"a, ""************4444""\nand more",,************1111\n'


@pytest.mark.parametrize(
    "fields",
    [
        {"parcel": VISA}, {"id": int(VISA)}, {"text": "4111111111111112"}, {"text": f"9{VISA}"}, {"text": f"{VISA}0"},
        {"text": "1234567890123452"}, {"text": "+33 1 99 00 10 10"}, {"text": "2026-11-22 10:31:08"},
    ],
)  # fmt: skip
def test_numbers_of_records_parcels_telephones_and_days_stay_as_they_are(fields: dict[str, object]) -> None:
    assert in_json(**fields) == {"id": 1, "text": None, "parcel": None, "card_number": None} | fields


@pytest.mark.parametrize("number", ["2221000000000009", "30569309025904", "6011111111111117", "3530111333300000"])
def test_the_numbers_of_each_brand_are_known(number: str) -> None:
    assert is_card(number)
