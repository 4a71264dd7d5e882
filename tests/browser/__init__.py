"""The product in a real browser: Debian's Chromium, with and without JavaScript."""
