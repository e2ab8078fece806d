"""Finds whom a text names: roles, people, teams, handles, so that a level knows whom to bring in."""

import re
from collections.abc import Iterator
from functools import lru_cache

_MODIFIER = (
    r"(?i:primary|secondary|tertiary|back-?up|current|senior|sr\.?|staff|principal|lead"
    r"|tech(?:nical)?|engineering|"
    r"platform|sre|security|database|infra(?:structure)?|dev-?ops|product|team|duty|incident"
    r"|service|on[ -]?call|"
    r"customer|support|data|network|back-?end|front-?end|systems?|application|app|site|reliability"
    r"|development|"
    r"operations|ops|executive|general|regional|account|communications?|comms|project|shift"
    r"|relevant|responsible|entire|assigned(?= (?:team|engineer|owner|developer)s?\b)|"
    r"dedicated|second|first|level|release|delivery|software|it|web|cloud|noc|soc|tier|line|l[1-4]"
    r"|[1-4]|major|senior-level|subject|matter|exec|legal|compliance|privacy|finance|marketing|emergency|crisis|eng"
    r"|response(?= teams?\b))"
)
_NOT_A_NAME = (
    r"(?!(?i:attempt|try|help|need|assist|establish|designate|nominate|select|identify|mobili[sz]e|page|notify|alert|call|contact|escalate|inform|involve|engage|activate|immediate|immediately"
    r"|assign|assigned|add|"
    r"include|bring|phone|telephone|ring|summon|appoint|brief|should|otherwise|consider|if|when|and|or|the|to"
    r"|then|within|after|every|for|from|with|via|no|not|at|on|in"
    r"|by|as|all|any|also|"
    r"who|wake|loop|reach|e-?mail|message|text|ping|post|use|ask|tell|direct|start|begin|continue"
    r"|issue|p\d|sev\S*|"
    r"severity|critical|high|medium|low|major|minor|response|standard|automatic|auto|notification"
    r"|slack|pagerduty|opsgenie|update|before)\b)"
)
_PROPER = rf"{_NOT_A_NAME}[A-Z][\w&/.'’-]*"
_DUTY_NAME = (
    r"(?:\s(?:on (?:duty|call)|of the (?:day|week)"
    r"|(?i:primary|secondary|tertiary|backup)(?=$|[,;.:)]|\sand\b))(?![\w-]))?"
)
_HEAD = (
    r"(?:(?i:on[ -]?call(?: (?:engineers?|persons?|leads?|teams?|responders?|developers?|managers?"
    r"|sres?|members?|staff|personnel|devs?|primary|secondary|backup))?|engineers?|leads?|leaders?|managers?|mgrs?|directors?|"
    r"commanders?|operators?|analysts?|technicians?|dispatchers?|maintainers?|sponsors?|desk|management"
    r"|executives?(?-i:(?! (?:Producer|Chef|Editor|Assistant)))|execs?|leadership"
    r"|developers?|dbas?|sres?|administrators?|admins?|"
    r"responders?|owners?|officers?|founders?|supervisors?|coordinators?|liaisons?|stakeholders?|specialists?"
    r"|experts?|consultants?|architects?|teams?|president|"
    r"deput(?:y|ies)|chiefs?|captains?|deans?|registrars?|provosts?|wardens?|marshals?|foremen|foreman"
    r"|secretar(?:y|ies)|"
    r"(?<=senior )staff(?! engineer)|"
    r"(?:management|executive|crisis) board|committees?|all[ -]hands|everyone|members?|counsel)(?![\w@-])"
    r"(?! (?:queue|inbox|backlog|board|channel|updates?|meetings?)\b)"
    r"|(?<=department )heads(?![\w-])|(?<=Department )[Hh]eads(?![\w-])"
    r"|(?<=Sr\. )Eng\b|(?<=Sr )Eng\b|(?<=Senior )Eng\b"
    r"|(?<!\d)(?<!\d )PM(?![\w-])"
    r"|(?:CTO|CEO|CIO|CISO|COO|CPO|CFO|CSO|SVP|EVP"
    r"|VP|(?<=\w )Heads?(?!\sof|\s[A-Z])|IC|SME|DRI|EM|TL|C-[Ll]evel|C-[Ss]uite|DevOps|NOC|SOC|SRE|DPO|MIM"
    r"|L[1-4](?! (?:cache|load|network|switch)))s?(?![\w-]))"
)
_OF = (
    r"(?:\s(?:of\s)?(?:the\s)?(?:[A-Z][\w&/-]+(?:\s(?!VP|CTO|CEO)[A-Z][a-z]+)?|(?i:engineering|operations"
    r"|technology|product|security"
    r"|infrastructure|platform|it|support|sre))(?:\s(?:&|and)\s(?!C[A-Z]{1,3}O\b|VP\b)[A-Z]\w+)?)"
)
_ROLE = re.compile(
    r"(?<![\w#@/.-])(?i:(?:leads?|owners?|heads?|managers?|maintainers?)\sof\s(?:the\s)?"
    r"(?:owning|affected|responsible|impacted|failing))\s[a-z]+"
    rf"|(?<![\w#@/.-])(?:(?:{_MODIFIER}|{_PROPER})(?:\s|/|-(?=\w))){{0,4}}{_HEAD}{_DUTY_NAME}"
    rf"(?:(?<=VP){_OF}|(?<=[dD]irector){_OF}|(?<=CTO)(?!\w))?"
    rf"|(?i:head|director|vice president|vp)\s(?i:of){_OF}"
    r"|(?:(?<=\b[tT]he )|(?<=\bto )|(?<=\b[pP]age )|(?<=\b[nN]otify )|(?<=\b[cC]all ))"
    r"(?:(?!(?:on|and|or|the|to|is|as|our|your|a|next|same)\s)[a-z]+\s)?(?i:primary|secondary|backup)"
    r"(?=\W*$|[,;:)]|\s(?:is|does|has|did|can|after|within|if|when|and|or|via|on its own|by itself)\b)"
    r"|^(?i:secondary|backup|tertiary)(?=\safter\s\d)"
    r"|\b(?i:primary|secondary|backup|tertiary)(?=\s(?:is |gets |will be |auto\w*[ -])*(?:paged|called"
    r"|covers|steps in|takes over|stands in|notified"
    r"|alerted|contacted|woken))"
    rf"|(?:(?<=\bthe )|(?<=\b(?i:page) )|(?<=\b(?i:call) )|(?<=\b(?i:add) )|(?<=\b(?i:notify) )|(?<=\b(?i:inform) )"
    rf"|(?<=\b(?i:engage) )|(?<=\b(?i:involve) )|(?<=\b(?i:activate) )|(?<=\bto )|(?<=→ ))"
    r"(?!(?:and|or|to|the|an?|all|any|same|next|respective|relevant|your|our|reach|call|contact|page|notify)\b)"
    rf"[a-z]+(?:\s(?!and\b|or\b)[a-z]+)?\s{_HEAD}"
    rf"|(?<![\w.])@(?!mentions?\b)[A-Za-z][\w.-]*\w(?:/[\w-]+)?|(?<![\w&])#[a-z][\w-]+"
)
_FIELD = (
    r"(?:security|legal|platform|support|engineering|operations|ops|product|infra(?:structure)?|compliance|privacy"
    r"|hr|pr|finance|marketing|customer success|sales|data|qa|it|backend|frontend|database|appsec"
    r"|networking|infosec|devsecops|payments|executives?|public relations|human resources)"
)
_DEPARTMENT = re.compile(
    r"(?:(?:customer|product|platform|data|cloud|web|it|vendor|technical|legal|corporate|external|internal) )?"
    rf"{_FIELD}(?:/{_FIELD})?(?: (?:lead(?:ership)?|on-?call))?",
    re.IGNORECASE,
)
_DONE_BESIDE = re.compile(
    r"^pag(?:e|ing)$"
    r"|^(?:initiat|activat|creat|open|start|prepar|begin|consider|schedul|declar|post|send|updat|set up)\w*\b"
    r"|\b(?:communications?|updates?|notifications?|announcements?|messages?|alerts?|bridge|call|war room"
    r"|procedures?)$",
    re.IGNORECASE,
)
"""What is done beside calling somebody: `notify the CTO and open a bridge`, `CTO + customer communication`."""
_ACTIVITY = re.compile(
    r"(?:activa|notifica|communica|coordina|forma|escala|composi)tion|assembly|structure|contacts?|roster",
    re.IGNORECASE,
)
"""What stands behind a role and makes an activity or a list of it: `Team activation`."""
_MANNER = re.compile(r"\b(?:through|by|via|with|from)\b", re.IGNORECASE)
_CALLING = re.compile(
    r"^(?:immediately )?(?:re-?(?=[pnca]))?(?:page|notify|call|alert|contact|inform|engage|escalate to)\s"
    r"(?:the\s)?",
    re.IGNORECASE,
)
_ANYBODY = ("team", "teams", "members", "team members")
_LED_BY = re.compile(
    r"^(?:(?:(?:immediate|auto\w*) )?escalation to (?:the )?|notified |(?:the|our|current|a|an)\s+"
    r"|(?:sms|e-?mails?|pages?|pager|texts?|(?:phone )?calls?|messages?|notifications?) to (?:the |all )?"
    r"|(?:page|notify|call|(?:executive |management |internal )?(?:notification|escalation)): )",
    re.IGNORECASE,
)
"""What stands before a name and is no part of it."""
_TOLD = re.compile(
    r"\s(?:(?:(?:is|are|gets?|to be) )?(?:notified|informed|paged|called|alerted|engaged)|notification required"
    r"|regardless of severity)$",
    re.IGNORECASE,
)
"""What is said of somebody behind the name: `CTO notified`."""
_BY_WAY = re.compile(
    r"\b(?:notif\w+|pages?|e-?mails?|slack|teams|sms|phone|(?<!on-)(?<!on )calls?|tickets?|jira"
    r"|backlog|queue|only|hours|posts?|chat|messages?"
    r"|updates?|dashboard|log|pagerduty|opsgenie|discord|standup|report|digest|none|escalation)$",
    re.IGNORECASE,
)
"""How somebody is told, which is nobody's name: `Async notification`, `Public status page`."""
_SOME = re.compile(
    r"(?:multiple|several|many|various|different|other|additional|extra|more|appropriate(?=\steams?\b))\s",
    re.IGNORECASE,
)
"""What is said of people who are nobody in particular: `multiple teams need to work on it`."""
_EVERY = re.compile(r"^all (?=\w+s$)(\w)", re.IGNORECASE)
_NOTICE = re.compile(r"(?:(?<=management)|(?<=leadership)|(?<= team)) notifications?$", re.IGNORECASE)
_ANY = re.compile(r"^(?:any|all) (?:available )?(?=\w)(?!hands)", re.IGNORECASE)
_AT_ONCE = re.compile(r",?\s+(?:immediately|right away|at once)\.?$", re.IGNORECASE)
_NEED = r"(?:if|as|when) (?:needed|required|necessary|appropriate)"
_AS_NEEDED = re.compile(rf"\b{_NEED}\b", re.IGNORECASE)
_NO_NAME = re.compile(_NOT_A_NAME.replace("(?!", "(?:", 1))
_TOLD_BY = re.compile(
    r"\b(?:informed|notified|told|called|(?:tele)?phoned|rung|paged|briefed|contacted|alerted)\sby\s(?:the\s|our\s)?$",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"\s(?:makes? (?:that|this|the) call\b|(?:assigns|appoints|designates|delegates)\b"
    r"|(?:informs?|notif(?:y|ies)|pages?|calls?|tells?|phones?|alerts?)\s(?:level|tier)\s\d"
    r"|(?:informs?|notif(?:y|ies)|tells?|updates?)\s(?:the |our |all )?(?:customers?|users?|clients?|public)\b)",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*(?:\+|;|,|&|\band\b|\bor\b|\bplus\b|\s/\s|\s·\s)\s*", re.IGNORECASE)
_TAIL = re.compile(
    r"\s*\b(?:via|through|using|by (?:phone|slack|email|page)|on slack"
    r"|over (?=(?:the )?(?:phone|slack|e-?mail|chat|zoom))"
    rf"|{_NEED}"
    r"|(?<!bring )(?<!brings )(?<!bringing )(?<!brought )(?<!loop )(?<!pull )(?<!call )(?<!rope )in the)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_OUTSIDE = re.compile(
    r"^(?:affected |impacted |all |our |your |the )*(?:customers?|users?|clients?|public|partners?"
    r"|end[ -]users)(?: (?:support )?teams?)?$",
    re.IGNORECASE,
)
_IDLE = re.compile(
    r"^(?:continue|normal|standard|same|as (?:above|needed)|n/?a|none|no\b|-+|tbd|weekly|daily"
    r"|review|monitor|investigat|regular|process|business hours"
    r"|next business|best[ -]effort|as convenient"
    r"|not required|optional|-$|—|bug|tickets?\b(?! desk)|backlog|track|log|create|declare|mark as|open\b"
    r"|document|update"
    r"|schedule|resol|fix|auto[- ]?(?:escalat|page)|escalations?\W*$"
    r"|(?:next|higher) (?:level|tier|person|step)\b"
    r"|(?:initial|expert|immediate|standard) (?:response|triage|assessment)$)",
    re.IGNORECASE,
)
_CHANNEL = re.compile(r"\bchannel\b|^#|\bslack\b|^@(?:here|channel|everyone|oncall)$", re.IGNORECASE)
_TEAM_CHANNEL = re.compile(
    r"\b(?:(?!(?:to|the|in|on|a|our)\b)[\w-]+\s)?(?:team|engineering|incident|support|ops|dev) channel"
    r"|#[a-z][\w-]+",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"(?!(?:the|a|is|are|as|if|when|page|call|notify|alert|contact|inform|escalate|to|add|ring)\b)"
    r"(?:[\w&/]+[ -]){1,3}"
    r"(?:primary|secondary|tertiary|back-?up)(?: on-?call)?",
    re.IGNORECASE,
)
_FIRST_PHRASE = re.compile(r"[:;,–—]|\.(?=\s|$)|\s-\s")
_WATCH = re.compile(r"\s(?:schedule|rotation|rota|roster|on pagerduty|in pagerduty|in opsgenie)\b.*", re.IGNORECASE)
_DUTY = re.compile(r"(?:[ -](?:on[ -]?call|eng|engineer|person|responder))+")
_DEED = re.compile(
    r"(?:\bvia|\bcontact|ment|tion|ing|chain|process|schedule|hours|queue|only|review|responds?|handles|takes|answers"
    r"|paged|called|notified|alerted|informed|contacted|engaged|involved|woken"
    r"|investigates|triages|reviews|verifies|confirms|checks|monitors|acknowledges|leads|joins|coordinates|assesses|starts|begins"
    r"|responsibilit(?:y|ies)|duties|goals?|objectives?|causes?|metrics?|steps?|database|servers?|cluster|nodes?"
    r"|replicas?|instance|regions?|site|provider|window|systems?)$",
    re.IGNORECASE,
)
ON_CALL = re.compile(r"\bon[ -]?call\b|\bprimary\b|\bduty\b|first responder", re.IGNORECASE)
SECOND = re.compile(r"\bsecondary\b|\bback-?up\b|second(?:ary)? on[ -]?call", re.IGNORECASE)


@lru_cache(maxsize=8192)
def named_in(text: str) -> tuple[str, ...]:
    """The roles, people and teams that running text names, in order, as written."""
    bare = _TAIL.sub("", text)
    found = (_trim(m[0]) for m in _ROLE.finditer(bare) if not _tells(bare, m))
    named = (t for t in found if t and not (_OUTSIDE.match(t) or _SOME.match(t)))
    return tuple(dict.fromkeys(t for t in named if t.lower() not in _ANYBODY))


def _tells(text: str, name: re.Match[str]) -> bool:
    """Whether a name is that of whoever tells somebody else: `informed by the CTO`, `the Lead pages Level 3`."""
    return bool(_TOLD_BY.search(text[max(name.start() - 24, 0) : name.start()]) or _TELLS.match(text, name.end()))


def listed_in(cell: str) -> tuple[str, ...]:
    """Whom a cell lists that holds nothing but names (`+ VP Engineering`, `Primary + Secondary On-Call`)."""
    bare = _AT_ONCE.sub("", re.sub(r"\([^)]*\)", "", cell).strip(" +•*-–—"))
    if not bare or _IDLE.match(bare):
        return ()
    parts = [_NOTICE.sub("", _trim(p)) for p in _SPLIT.split(bare)]
    parts = [p for p in parts if re.search(r"\w", p) and not _IDLE.match(p)]
    if parts and all(looks_like_target(p) for p in parts):
        return tuple(_share_ending(parts))
    return (joined_in(bare) if "+" in bare else ()) or named_in(bare)


def same_role(one: str, other: str) -> bool:
    """Whether two names mean the same people: `Primary` is the primary on-call, `on-call` the on-call engineer."""
    short, long = sorted((one.casefold(), other.casefold()), key=len)
    return short == long or bool(long.startswith(short) and _DUTY.fullmatch(long[len(short) :]))


def called(cell: str) -> tuple[str, ...]:
    """Whom a cell lists whose column says already that they are people, whatever they are called."""
    parts = [_trim(_TAIL.sub("", p)) for p in _SPLIT.split(re.sub(r"\([^)]*\)", "", cell)) if p.strip(" .:")]
    other = (_IDLE, _OUTSIDE, _NO_NAME)
    brief = [
        p
        for p in parts
        if _ROLE.match(p) or _EVERY.match(p) or (len(p.split()) <= 3 and not any(x.match(p) for x in other))
    ]
    every = [_EVERY.sub(lambda m: m[1].upper(), p) for p in parts]
    known = [n for p in every for n in short_name(p) if not _BY_WAY.search(n)]
    return only_names(cell) or (tuple(known) if known and len(brief) == len(parts) else ())


def idle(cell: str) -> bool:
    """Whether a cell that could name people says that there is nobody, or what is done instead."""
    bare = cell.strip(" +•*-–—")
    return not bare or bool(_IDLE.match(bare))


def leads(text: str) -> bool:
    """Whether a text begins with somebody."""
    return bool(_ROLE.match(_trim(text)))


def only_names(cell: str) -> tuple[str, ...]:
    """Whom a cell lists if it holds nothing but names: a sentence about somebody is no list."""
    bare = re.sub(r"\([^)]*\)", "", cell).strip(" +•*-–—.")
    parts = [p.strip(" .:") for p in _SPLIT.split(bare) if p.strip(" .:")]
    return listed_in(cell) if parts and all(looks_like_target(p) for p in parts) else ()


def looks_like_target(text: str) -> bool:
    """Whether a short text can be somebody's name or role: no sentence, no time, no activity."""
    text = _ANY.sub("", text)
    if (
        not text
        or text[0].isdigit()
        or _AS_NEEDED.search(text)
        or _SOME.match(text)
        or len(text.split()) > 6
        or text.lower().endswith(" name")
        or _OUTSIDE.match(text)
        or _IDLE.match(text)
    ):
        return False
    if (
        _ROLE.fullmatch(text)
        or _TURN.fullmatch(text)
        or _DEPARTMENT.fullmatch(text)
        or re.fullmatch(r"@\S+|#\S+|\S+@\S+\.\w+", text)
        or (len(text.split()) <= 3 and (ON_CALL.match(text) or SECOND.match(text)) and not _does(text))
    ):
        return True
    words = text.split()
    if _MANNER.search(text) or text.lower().endswith(" escalation"):
        return False
    role = _ROLE.search(text)
    rest = text[role.end() :].split() if role else []
    if (
        not role
        or _ACTIVITY.fullmatch(rest[-1] if rest else "")
        or any(not w[:1].isupper() for w in rest if w not in ("of", "for", "the", "&", "and"))
    ):
        return False
    return len(words) <= 5 and not _NO_NAME.match(text)


def _does(text: str) -> bool:
    """Whether a few words about whoever is on call say what they do: `On-call assesses severity`."""
    done = any(_DEED.search(w) for w in text.split()[1:] if w.endswith(("es", "ews")))
    return bool(_DEED.search(text)) or done or " for " in text


def joined_in(text: str) -> tuple[str, ...]:
    """Names joined by `and` or `+`, one of them a known role and the others as short as a role."""
    parts = [_trim(p) for p in _SPLIT.split(_CALLING.sub("", text.strip(" .:("))) if re.search(r"\w", p)]
    parts = [p for p in parts if _ROLE.fullmatch(p) or not _DONE_BESIDE.search(p)]
    short = [
        p for p in parts if len(p) > 1 and len(p.split()) <= 4 and not _IDLE.match(p) and not _OUTSIDE.match(p)
    ]
    known = [p for p in short if _ROLE.fullmatch(re.sub(r"^all ", "", p, flags=re.IGNORECASE))]
    if len(known) < len(short) and "," in text:
        return ()  # what stands between commas may be anything
    return tuple(_share_ending(parts)) if len(parts) > 1 and len(short) == len(parts) and known else ()


def outside(name: str) -> bool:
    """Whether a name means people who are told and never paged: customers, users, the public."""
    return bool(_OUTSIDE.match(name))


_TOOL = re.compile(
    r"(?:immediate )?(?:pagerduty|opsgenie|victorops|alertmanager|slack|alerts?|monitoring"
    r"|automat(?:ed|ic|ion)|self-healing|teams|jira)\b",
    re.IGNORECASE,
)


def short_name(text: str) -> tuple[str, ...]:
    """A few words between arrows that stand for somebody, whatever the role is called."""
    bare = re.sub(r"\([^)]*\)", "", text).strip(" .:-–—*")
    good = re.fullmatch(r"[A-Z][\w&/'-]*(?:\s[\w&/'-]+){0,3}@?", bare)
    return (bare,) if good and len(bare) > 1 and not any(x.match(bare) for x in (_IDLE, _OUTSIDE, _TOOL)) else ()


def placed(words: str) -> tuple[str, ...]:
    """Whom words begin with that stand where only somebody can stand, whatever the role is called."""
    first = _WATCH.sub(
        "", _FIRST_PHRASE.split(re.sub(r"\([^)]*\)", "", words.strip(" .:–—*-")))[0].replace("`", "")
    ).strip()
    if known := listed_in(first):
        return known
    brief = 0 < len(first.split()) <= 4 and not first[0].isdigit() and not _NO_NAME.match(first)
    return (first,) if brief and not any(x.match(first) for x in (_IDLE, _OUTSIDE, _TOOL)) else ()


def channel_in(text: str) -> str | None:
    """The chat channel that a text names for a notification."""
    found = _TEAM_CHANNEL.search(text)
    return found[0] if found else None


def is_channel(target: str) -> bool:
    """Whether a target is a place to post to, not somebody."""
    return bool(_CHANNEL.search(target))


def _trim(text: str) -> str:
    return _TOLD.sub("", _LED_BY.sub("", text.strip(" .,:;-["), count=1))


_ALONE = re.compile(r"primary|secondary|backup|tertiary", re.IGNORECASE)
_SHARED = re.compile(
    rf"^(?:{_ALONE.pattern})(\s(?:engineers?|managers?|leads?))$|(\son[ -]?call(?: engineers?)?)$", re.IGNORECASE
)


def _share_ending(parts: list[str]) -> Iterator[str]:
    """Names that share their last word: `Primary + Secondary On-Call` are two on-calls."""
    ending = _SHARED.search(parts[-1]) if parts else None
    for part in parts:
        yield f"{part}{ending[1] or ending[2]}" if ending and _ALONE.fullmatch(part) else part
