"""Knows the parts of a runbook by their common names: `Diagnosis Steps` is its investigation."""

import re

from sirenbook.playbook.text.document import Items, plain

_NUMBERING = re.compile(
    r"^(?:[^\w`]+)?(?:part \d{1,2}\s*[:.–—-]\s*)?(?:(?:\d+(?:\.\d+)*[.)]|\d{1,2}(?:\.\d+)*)\s+)?"
)
_PARTS = (
    (
        "immediate_actions",
        r"immediate(?! contain)|first (?:steps|response|actions|aid|minutes)|quick (?:actions|response)"
        r"|initial (?:actions|response|steps)",
    ),
    (
        "symptoms",
        r"(?:key |common |warning |early |typical )?(?:symptoms?|indicators?|signs\b)|signals?\b"
        r"|alert conditions?|detect(?:ion)?\b"
        r"|how (?:it|this) (?:looks|shows)|what (?:it|this) looks like"
        r"|what (?:you|people|users) (?:will )?see|triggers?\b",
    ),
    ("impact", r"(?:business |user |customer )?impact"),
    ("causes", r"(?:common |possible |likely |probable |potential |typical |root )*causes?\b"),
    ("containment", r"(?:immediate )?contain(?!ers?\b)"),
    (
        "investigation",
        r"investigat|identif(?:y|ication)|diagnos|triage|debug|troubleshoot|assess|checks?\b|analysis"
        r"|verify the (?:issue|alert|problem)",
    ),
    ("verification", r"verif|validat|confirm"),
    ("prevention", r"prevent|long[- ]term prevention"),
    ("escalation", r"escalat"),
    ("communication", r"communicat|notif"),
    ("follow_up", r"follow[- ]?up|post[- ]incident|next steps|after|post$"),
    (
        "resolution",
        r"resol|eradicat|remediat|mitigat|recover|fix(?:es)?\b|repair|restor|solutions?\b|rollback|actions?\b"
        r"|response (?:steps|actions)|procedure|steps\b",
    ),
)
_COMPILED = tuple((name, re.compile(rf"^(?:step \d+:?\s*)?(?:{pattern})")) for name, pattern in _PARTS)


def part_named(title: str) -> str | None:
    """The common name of a runbook's part: `Diagnosis Steps` is its investigation."""
    words = _NUMBERING.sub("", plain(title)).rstrip(": ")
    return (
        next((name for name, pattern in _COMPILED if pattern.match(words)), None)
        if len(words.split()) <= 6
        else None
    )


_ONLY = re.compile(
    r"(?:symptoms?|indicators?|signs?|detection|triggers?|impact|causes?|diagnos\w+|investigat\w+|triage|debug\w*|identify|identification|eradicat\w+"
    r"|troubleshoot\w*|assess\w*|checks?|analy\w+|verif\w+|validat\w+|confirm\w*|prevent\w*|escalat\w+|steps?"
    r"|communicat\w*|notif\w+|contain\w*|resol\w+|remed\w+|mitigat\w+|recover\w*|fix(?:es|ing)?|repair|actions?"
    r"|restor\w+|solutions?|rollback|response|procedures?|process|plan|strategy|options?|commands?|common|possible|likely"
    r"|potential|probable|root|immediate|initial|first|quick|long|short|term|follow|up|next|post|incident|after|and|or|the"
    r"|of|how|to|what|issue|problem|alert|for|a|an|by)"
)


def parts_only(title: str) -> bool:
    """Whether a title says nothing but which part it is: `Rollback Steps`, but not `Rollback of the shop`."""
    words = re.findall(r"[a-z]+", _NUMBERING.sub("", plain(title)))
    return part_named(title) is not None and all(_ONLY.fullmatch(w) for w in words)


def labels_parts(block: Items) -> bool:
    """Whether most items of a list are labelled as the parts of a runbook: `**Detect:** …`, `**Recover:** …`."""
    named = {part_named(i.head.label) for i in block.items if i.head.bold} - {None}
    return len(named) >= 2 and sum(1 for i in block.items if part_named(i.head.label)) * 2 > len(block.items)
