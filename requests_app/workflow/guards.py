"""What the database refuses by itself, in its own words: the triggers of requests and of their moves."""

from collections.abc import Collection, Iterable
from typing import Final

from requests_app.workflow.states import WAYS, WITHOUT_PROOF, Move, edges, rights_on

# Two different officers, or one where the shop has only one, approved one and the same plan, the newest.
ERASES_ONLY_WHEN_APPROVED: Final = """
    IF coalesce((SELECT count(DISTINCT a.officer_id) FROM requests_app_approval a
                  WHERE a.dsr_id = NEW.id
                    AND a.round = (SELECT max(p.round) FROM requests_app_plan p WHERE p.dsr_id = NEW.id)
                  GROUP BY a.digest ORDER BY 1 DESC LIMIT 1), 0)
       < (SELECT CASE WHEN b.solo_mode THEN 1 ELSE 2 END FROM requests_app_brand b WHERE b.id = NEW.brand_id) THEN
        RAISE EXCEPTION 'nothing is erased that was not approved' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'erasing' AND NOT EXISTS (
        SELECT 1 FROM requests_app_coolingoff c WHERE c.dsr_id = NEW.id AND c.until <= clock_timestamp()) THEN
        RAISE EXCEPTION 'the time to think it over is not over' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;"""
# Each system that was planned has a plan that was carried out, or that a person settled with a reason.
ANSWERED_ONLY_WHEN_ERASED: Final = """
    IF EXISTS (SELECT 1 FROM requests_app_plan p
                WHERE p.dsr_id = NEW.id
                  AND p.state NOT IN ('done', 'given_up')
                  AND NOT EXISTS (SELECT 1 FROM requests_app_plan l
                                   WHERE l.dsr_id = p.dsr_id AND l.source_id = p.source_id AND l.round > p.round)) THEN
        RAISE EXCEPTION 'something that was planned was not erased' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;"""


# Whoever acts for somebody else has proven the own mailbox, the person agreed, and papers that are needed were accepted.
NOTHING_BEFORE_BOTH_AGREE: Final = """
    IF EXISTS (SELECT 1 FROM requests_app_party p JOIN requests_app_brand b ON b.id = NEW.brand_id
                WHERE p.dsr_id = NEW.id AND p.stopped_at IS NULL
                  AND (p.proven_at IS NULL
                       OR p.part = 'agent' AND p.agreed_at IS NULL
                       OR p.papers NOT IN ('not_needed', 'accepted')
                       OR p.part IN ('guardian', 'heir')
                          AND (p.papers <> 'accepted' OR NOT b.solo_mode AND p.agreed_by_id IS NULL))) THEN
        RAISE EXCEPTION 'who acts for somebody else has not shown that they may' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;"""


APPEAL: Final = "appeal"
DECIDING_MOVES: Final = (Move.APPROVE, Move.APPROVE_ERASURE, Move.REFUSE)
_QUOTED: Final = ", ".join(f"'{move.value}'" for move in DECIDING_MOVES)
# Whoever decided on a request, or approved of what was decided, does not decide on the appeal against it; nor does a rule.
HEARD_BY_ANOTHER: Final = f"""
    IF EXISTS (SELECT 1 FROM requests_app_subjectrequest r JOIN requests_app_brand b ON b.id = r.brand_id
                WHERE r.id = NEW.dsr_id AND r."right" = '{APPEAL}'
                  AND (NEW.actor_kind <> 'officer' OR NOT b.solo_mode AND (
                       EXISTS (SELECT 1 FROM requests_app_transition t
                                WHERE t.dsr_id = r.concerns_id AND t.move IN ({_QUOTED})
                                  AND t.actor_kind = 'officer' AND t.actor_name = NEW.actor_name)
                       OR EXISTS (SELECT 1 FROM requests_app_approval a
                                   WHERE a.dsr_id = r.concerns_id AND 'officer:' || a.officer_id = NEW.actor_name)))) THEN
        RAISE EXCEPTION 'another officer decides on an appeal' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;"""  # noqa: S608  # names of moves, written above


def _listed(rights: Iterable[str]) -> str:
    return ", ".join(f"'{right}'" for right in rights)


def _strays(rights: Collection[str], *, others: bool = False) -> str:
    """Return the SQL that is true where a request for one of `rights`, or with `others` for none of them, leaves the table."""
    allowed = ", ".join(str(edge) for edge in edges("" if others else next(iter(rights))))
    return f'NEW."right" {"NOT " if others else ""}IN ({_listed(rights)}) AND (OLD.state, NEW.state) NOT IN ({allowed})'


_BY_WAY: Final = tuple(rights for way in (*WAYS, WITHOUT_PROOF) if way != "bundle" and (rights := rights_on(way)))
_EVERY_STRAY: Final = "\n    OR ".join(
    [*(_strays(rights) for rights in _BY_WAY), _strays([right for rights in _BY_WAY for right in rights], others=True)],
)
ONLY_MOVES_OF_THE_TABLE: Final = (
    f"IF {_EVERY_STRAY} THEN "
    "RAISE EXCEPTION 'no move leads from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation'; "
    "END IF; RETURN NEW;"
)
