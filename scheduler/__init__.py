"""同堂 Tongtang: remote teaching sessions, booked without a clash."""

__version__ = "0.1.0"
