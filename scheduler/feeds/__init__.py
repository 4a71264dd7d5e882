"""iCalendar feeds: one VEVENT for each booking, written once and kept; a feed is a join of kept bytes."""
