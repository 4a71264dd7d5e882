"""What answers look like, area by area. The description is made from these types; a row of the directory,
which has the fields of its shelf, is described from those (``descriptions.py``).
"""
