"""The baseline that the reading is compared with: a plain list of words, without negation, context or relations. In: a
text. Out: whether it would be flagged, and whether a red flag would be raised, by nothing but the words in it."""

from __future__ import annotations

import re

_LEG = r"\b(?:legs?|thighs?|calf|calves|buttocks?|lower extremit(?:y|ies)|le|ble|feet|foot)\b"
_SYMPTOM = (
    r"\b(?:pains?|painful|aches?|aching|cramps?|cramping|heav(?:y|iness)|numb(?:ness)?|tingl(?:e|es|ing)|weak(?:ness)?"
    r"|hurts?|sore|burn(?:s|ing)?|pins and needles|claudication|pseudoclaudication)\b"
)
_WALKING = (
    r"\b(?:walk(?:s|ing|ed)?|ambulat(?:ion|ing|es)|blocks?|metres|meters|yards|claudication|pseudoclaudication)\b"
)
_RELIEF = r"\b(?:better|eas(?:es?|ed|ing)|reliev(?:es?|ed|ing)|relief|helps?|goes|settles?|resolves?|improves?)\b"
_POSTURE = (
    r"\b(?:lean(?:s|ing|ed|t)?|bend(?:s|ing)?|bent|stoop(?:s|ing|ed)?|squat(?:s|ting)?|flex(?:ion|ed|ing)?|cart|trolley"
    r"|walker|rollator|sit(?:s|ting)?|sat|seated|cycl(?:es?|ing)|bike)\b"
)
_RED_FLAG = (
    r"\b(?:saddle|retention|incontinen(?:t|ce)|foot drop|cauda equina|progressive weakness|gangrene|ulcer|rest pain"
    r"|fever|weight loss|metasta(?:sis|ses|tic)|pulsatile|cold leg|cancer)\b"
)
_FLAG = tuple(re.compile(p, re.IGNORECASE) for p in (_LEG, _SYMPTOM, _WALKING, _RELIEF, _POSTURE))
_RED = re.compile(_RED_FLAG, re.IGNORECASE)


def flagged(text: str) -> bool:
    """Whether a word of each list (leg, symptom, walking, relief, posture) occurs anywhere in `text`."""
    return all(pattern.search(text) for pattern in _FLAG)


def red_flagged(text: str) -> bool:
    """Whether a red-flag word occurs anywhere in `text`."""
    return _RED.search(text) is not None
