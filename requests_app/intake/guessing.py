"""Which right a mail may be about, and in which language: plain words, for an officer to correct. Nothing is decided by it."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

ACCESS: Final = "access"
_WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": {
            "erasure": r"delet|eras|remov|forget", "rectification": r"correct|rectif|wrong|update my|chang\w* my",
            "object_direct_marketing": r"unsubscrib|newsletter|advertis|marketing|stop (?:send|writ|call)",
            "portability": r"portab|transfer my", "restriction": r"restrict", "objection": r"\bobject",
            "withdraw_consent": r"withdraw\w* (?:my )?consent", "complaint": r"complain",
        },
        "fr": {
            "erasure": r"effac|supprim|oubli|suppression", "rectification": r"rectif|corrig|erron|modifi|mettre à jour",
            "object_direct_marketing": r"désabonn|désinscri|publicit|prospection|démarch|newsletter",
            "portability": r"portabilit", "restriction": r"limitation", "objection": r"\boppos",
            "withdraw_consent": r"retir\w+ (?:mon )?consentement", "complaint": r"réclam|plaint",
        },
        "de": {
            "erasure": r"lösch|vergessen", "rectification": r"berichtig|korrig|falsch|änder",
            "object_direct_marketing": r"abmeld|abbestell|werbung|newsletter", "portability": r"übertragbar",
            "restriction": r"einschränk", "objection": r"widersprech|widerspruch", "withdraw_consent": r"widerruf|einwilligung",
            "complaint": r"beschwer",
        },
        "el": {
            "erasure": r"διαγρ|σβήσ|λήθη", "rectification": r"διόρθ|λάθος|αλλαγή",
            "object_direct_marketing": r"διαφήμ|newsletter|ενημερωτικ", "portability": r"φορητότητ", "restriction": r"περιορισμ",
            "objection": r"αντιτίθ|εναντίωσ", "withdraw_consent": r"ανάκλησ|ανακαλ", "complaint": r"παράπον|καταγγ",
        },
    }
)  # fmt: skip
_COMMON: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": r"\b(?:the|and|you|my|please|with|have|would)\b", "fr": r"\b(?:le|la|les|vous|mes|je|bonjour|votre|merci|est)\b",
        "de": r"\b(?:der|die|das|und|ich|bitte|meine|sie|mit)\b", "el": r"[α-ωάέήίόύώ]{2,}",
    }
)  # fmt: skip


def language(text: str, spoken: Iterable[str], otherwise: str) -> str:
    """Return which of the brand's languages the words are in; `otherwise` where they show none."""
    counted = {code: len(re.findall(_COMMON[code], text[:4000], re.IGNORECASE)) for code in spoken if code in _COMMON}
    best = max(counted, key=lambda code: counted[code], default=otherwise)
    return best if counted.get(best) else otherwise


def right(text: str, code: str, offered: Iterable[str]) -> str:
    """Return the right on offer that the words name most; access, of which nearly all speak, where they name no other."""
    known = set(offered)
    found = {name: words for name, words in _WORDS.get(code, {}).items() if name in known}
    counted = {name: len(re.findall(words, text[:4000], re.IGNORECASE)) for name, words in found.items()}
    best = max(counted, key=lambda name: counted[name], default="")
    return best if counted.get(best) else (ACCESS if ACCESS in known else "")
