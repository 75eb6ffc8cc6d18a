"""Between the approval and the run the world goes on, in many ways: nothing beyond what was approved is ever touched."""

import os
from collections.abc import Callable
from contextlib import suppress
from random import Random, SystemRandom
from typing import Final

import psycopg
import pytest

from requests_app.connectors.base import ForeignRecord
from requests_app.connectors.erasing import PlanChanged
from requests_app.erasure.asking import eraser, judge, whom
from requests_app.erasure.models import Plan
from requests_app.erasure.pages import keys_of
from requests_app.erasure.pages import planned as approved_records
from requests_app.sources.services import writing_config
from tests.filing import Filed
from tests.small_shop import SmallShop

WAYS: Final = 40  # 200 with DSAR_MUTATIONS=200
_LOG: Final = """
CREATE TABLE log (place text, id integer);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN INSERT INTO log VALUES (TG_TABLE_NAME, OLD.id); RETURN OLD; END$$;
CREATE TRIGGER noted AFTER DELETE ON customers FOR EACH ROW EXECUTE FUNCTION noted();
CREATE TRIGGER noted AFTER DELETE ON orders FOR EACH ROW EXECUTE FUNCTION noted()"""
_START: Final = """
TRUNCATE customers, orders, log;
INSERT INTO customers VALUES (1, 'ada@example.com', 'Ada', '75001'), (2, 'eve@example.com', 'Eve', '75001');
INSERT INTO orders VALUES (10, 1, 'O-10', 1), (11, 1, 'O-11', 1), (20, 2, 'O-20', 1), (21, 2, 'O-21', 1)"""
_HAPPENS: Final = (
    "INSERT INTO orders VALUES ({new}, 1, 'new', 1)",  # more of hers
    "INSERT INTO orders VALUES ({new}, 2, 'new', 1)",  # more of another's
    "UPDATE orders SET customer_id = 1 WHERE id IN (20, 21) AND id % 2 = {bit}",  # another's becomes hers
    "UPDATE orders SET customer_id = 2 WHERE id IN (10, 11) AND id % 2 = {bit}",  # hers becomes another's
    "DELETE FROM orders WHERE id = 10 + {bit}",  # less
    "DELETE FROM orders WHERE id = 20 + {bit}",
    "UPDATE orders SET id = {new} WHERE id = 10 + {bit}",  # the same under another key
    "UPDATE customers SET email = 'eve@example.com' WHERE id = 1",  # no longer hers
    "UPDATE customers SET email = 'ada@example.com' WHERE id = 2",  # another has her address now
    "INSERT INTO customers VALUES ({new}, 'ada@example.com', 'Ada', '75001')",  # a second account
    "UPDATE customers SET email = NULL WHERE id = 1 + {bit}",
)


@pytest.mark.threat("7.03")
@pytest.mark.django_db(transaction=True)
def test_in_however_many_ways_data_changes_after_the_approval_nothing_but_what_was_approved_is_touched(
    erasing: SmallShop, planned: Callable[[], Filed]
) -> None:
    seed = int(os.environ.get("DSAR_FAULTS_SEED") or SystemRandom().randrange(10**6))
    draw, filed = Random(seed), planned()
    plan = Plan.objects.select_related("dsr__brand", "source", "file", "leads").get(dsr=filed.dsr, source=erasing.orders)
    allowed, ended = set(keys_of(approved_records(plan.file))), {"refused": 0, "erased": 0}
    able, meant, rules = eraser(plan.source), whom(plan), judge(plan)
    assert able is not None
    with psycopg.connect(erasing.database, autocommit=True) as shop:
        shop.execute(_LOG)
        for _ in range(int(os.environ.get("DSAR_MUTATIONS", WAYS))):
            shop.execute(_START)
            some = [draw.choice(_HAPPENS) for _ in range(draw.randint(1, 3))]
            for one in some:
                with suppress(psycopg.Error):  # what a foreign key forbids does not happen
                    shop.execute(one.format(new=draw.randint(100, 10**6), bit=draw.randint(0, 1)).encode())
            shop.execute("TRUNCATE log")
            try:
                list(able.erase(writing_config(plan.source), meant, rules, bytes(plan.digest)))
                ended["erased"] += 1
            except (PlanChanged, ForeignRecord):
                ended["refused"] += 1
                assert not shop.execute("SELECT 1 FROM log").fetchall(), (seed, some)
            touched = {(place, (str(number),)) for place, number in shop.execute("SELECT place, id FROM log").fetchall()}
            assert touched <= allowed, (seed, some)
    assert min(ended.values()) > 0, (seed, ended)
