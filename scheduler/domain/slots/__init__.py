"""The slot finder: ranked times at which everybody who must be there can be, and who blocks the others.

``wishes`` reads what is asked, ``candidates`` lists the times that the rules allow, ``probe`` asks the
database which of them are free of holds, ``ranking`` puts them in order; ``search`` and ``nearest`` are the
verbs, ``heat`` makes the map.
"""
