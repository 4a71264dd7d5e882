"""Subjects: what lessons are about and what people teach."""

from __future__ import annotations

from enum import StrEnum


class Subject(StrEnum):
    """Subjects of the 2020 museum guidance, and the others that schools teach."""

    CHINESE = "chinese"
    MATHEMATICS = "mathematics"
    ENGLISH = "english"
    HISTORY = "history"
    GEOGRAPHY = "geography"
    POLITICS = "politics"
    PHYSICS = "physics"
    CHEMISTRY = "chemistry"
    BIOLOGY = "biology"
    SCIENCE = "science"
    ART = "art"
    MUSIC = "music"
    SPORT = "sport"
    COMPUTING = "computing"
    PRACTICE = "practice"
    OTHER = "other"
