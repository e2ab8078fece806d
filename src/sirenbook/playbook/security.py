"""Reads what holds in a security incident: who hears first, what is kept, what is not said, what is not touched."""

import re
from collections.abc import Iterator, Sequence

from sirenbook.model.promise import SecurityDemand, SecurityRule
from sirenbook.playbook.language import targets
from sirenbook.playbook.language.audiences import approvers, needs_approval
from sirenbook.playbook.language.duration import immediate
from sirenbook.playbook.language.statements import Statement

TOPIC = re.compile(
    r"\bsecurity\b|\bbreach|\bdata (?:leak|loss|exposure|theft)|\bintrusion|\bcompromis|\bransomware|\bmalware"
    r"|\bphishing|\bunauthori[sz]ed|\bcyber|\bprivacy|\bbr(?:oke|eak)(?:n|s)?[- ]in\b|\bhack(?:ed|ers?)?\b"
    r"|\bintruder",
    re.IGNORECASE,
)
_SECURITY_PEOPLE = re.compile(
    r"\bsecurity (?:team(?: lead)?|leads?|officer|on[- ]?call|engineers?|operations|response)|\bCISO\b|\bSOC\b"
    r"|\bCSIRT\b"
    r"|\bprivacy officer|\bDPO\b",
    re.IGNORECASE,
)
_CALLS = re.compile(
    r"\balert|\bring\b|\bphone\b|\bwake\b|\bcontact|\bnotif|\bpage\b|\bcall\b|\bescalat|\binform|\bengage"
    r"|\binvolve|\bbring in",
    re.IGNORECASE,
)
_OUTWARD = re.compile(
    r"\bcommunicat|\bdisclos|\bspeak\b|\btalk\b|\boutside\b|\bextern|\bpublic|\bcustomers?\b|\bpress\b"
    r"|\bmedia\b|\bannounce|\bstatus page|\bstatement",
    re.IGNORECASE,
)
_BARS = re.compile(
    r"\bnot\b|n't\b|n’t\b|\bno\b|\bnothing\b|\bnobody\b|\bunless\b|\buntil\b|\bnever\b|\bonly (?:after|with"
    r"|once)\b|\bmust be\b|\brequires?\b|\bbefore\b",
    re.IGNORECASE,
)
_PLAIN: tuple[tuple[SecurityDemand, str], ...] = (
    (
        "evidence first",
        r"\b(?:preserv|retain|collect|secur|captur|snapshot|keep|save|image)\w*\b[^,;.]{0,60}"
        r"\b(?:logs?|evidence|forensic|artifacts?|artefacts|memory|disks?|images?)\b"
        r"|\b(?:do not|don't|never)\b[^,;.]{0,30}\b(?:delete|wipe|reboot|restart|destroy|alter|power off"
        r"|shut down)",
    ),
    (
        "document the timeline",
        r"\b(?:document|record|log|writ(?:e|ing) down|maintain|keep)\w*\b[^,;.]{0,40}\b(?:timeline|chronolog"
        r"|events|times?|actions?|every step)",
    ),
    (
        "isolate with care",
        r"\bisolat|\bquarantin|\bdisconnect\b|\btake\b[^,;.]{0,40}\b(?:offline|down)\b"
        r"|\bcut\b[^,;.]{0,20}\boff\b|\bsegment\b",
    ),
    (
        "restricted",
        r"\bneed[- ]to[- ]know\b|\bconfidential|\bprivate (?:channel|room)|\brestrict\w*\b[^,;.]{0,40}"
        r"\b(?:access|visibility|channel|information|distribution)|\blimit\w*\b[^,;.]{0,30}\b(?:access|visibility"
        r"|distribution)|\bdo not discuss\b|\bnot? (?:be )?discuss",
    ),
    (
        "assess what is affected",
        r"\b(?:identify|determine|assess|scope|establish|list)\w*\b[^,;.]{0,40}\b(?:affected|impacted|compromised"
        r"|exposed)"
        r"\b[^,;.]{0,30}\b(?:systems?|data|accounts?|users?|records?)"
        r"|\b(?:identify|determine|assess|list)\b[^,;.]{0,20}\b(?:systems?|data)\b[^,;.]{0,40}\b(?:affected"
        r"|touched|hit|exposed)\b",
    ),
)
_SKIPPED = re.compile(r"symptoms?|investigation|diagnos|containment|contacts?|dashboards?|tools|metrics|prevention")

_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PLAIN)


def read_security(found: Sequence[Statement]) -> tuple[SecurityRule, ...]:
    """Every rule of security incidents, each kind and line once."""
    read = [rule for s in found for rule in _of_statement(s)]
    kept: dict[tuple[str, int], SecurityRule] = {}
    for rule in read:
        kept.setdefault((rule.kind, rule.why.line), rule)
    return tuple(kept.values())


def _of_statement(statement: Statement) -> Iterator[SecurityRule]:
    about = TOPIC.search(" ".join(statement.titles)) or TOPIC.search(statement.whole)
    if not about or statement.ground in ("template", "after") or _skipped(statement):
        return
    text, why = statement.whole, statement.line.at()
    if _OUTWARD.search(text) and _BARS.search(text) and needs_approval(text):
        yield SecurityRule("approval before external words", why, approvers(text))
        return
    people = _SECURITY_PEOPLE.search(text)
    if people and _CALLS.search(text) and (immediate(text) or any(immediate(t) for t in statement.titles)):
        yield SecurityRule("alert at once", why, targets.named_in(statement.text) or (people[0],))
    for kind, pattern in _COMPILED:
        if pattern.search(text) and TOPIC.search(" ".join(statement.titles)):
            yield SecurityRule(kind, why)


def _skipped(statement: Statement) -> bool:
    """Whether a statement stands in a part that gives no rules, such as a runbook's symptoms."""
    return bool(statement.titles) and bool(_SKIPPED.match(statement.titles[-1].strip(": ")))
