"""Words that several layers need: labels of states and kinds, sentences of errors, times as people read them.

Everything takes the language ("zh" or "en") and, where times are told, the zone; nothing knows a request.
Chinese stands in the code, English in ``scheduler/translations``.
"""

from scheduler.wording.catalogue import LANGUAGES, say
from scheduler.wording.labels import label
from scheduler.wording.moments import day_words, interval_words, moment_words
from scheduler.wording.sentences import conflict_words, explain

__all__ = [
    "LANGUAGES",
    "conflict_words",
    "day_words",
    "explain",
    "interval_words",
    "label",
    "moment_words",
    "say",
]
