"""Calendars of fact: holidays, terms, bells, opening hours, closures. What they say of a day is pure.

``loading`` reads them from the database, ``rules`` turns them into what speaks against a time.
"""
