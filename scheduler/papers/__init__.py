"""Papers for offices: writers over plain content, without a database, a web framework or a clock."""
