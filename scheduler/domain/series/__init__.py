"""Series: bookings made together by a weekly rule, each with an identity of its own.

``rules`` reads the rule and lists its days, ``proposals`` checks every day before any is written, ``booking``
writes them, ``change`` edits or cancels one, this and the following, or all.
"""
