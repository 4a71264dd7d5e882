"""The slot finder: ranked times at which everybody who must be there can be, and who blocks the others.

``wishes`` reads what is asked, ``ground`` reads what is known, ``candidates`` lists the times that the
rules allow, ``probe`` asks the database which of them are free of holds, ``ranking`` puts them in order.
``blockers`` says of many times at once who is in the way. ``search``, ``nearest`` and ``heat`` are the verbs.
"""
