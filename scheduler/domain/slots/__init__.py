"""The slot finder: ranked times at which everybody who must be there can be, and who blocks the others.

``wishes`` reads what is asked, ``ground`` reads what is known, ``candidates`` lists the times that the
rules allow, ``busy`` asks the database who is busy at which of them, ``ranking`` puts them in order.
``blockers`` counts with sets of starts, ``near_misses`` tells what is in the way of those that do not work.
``search``, ``nearest`` and ``heat`` are the verbs.
"""
