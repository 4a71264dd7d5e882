"""The rules: pure arithmetic and verbs over a session. No Flask, no clock, no configuration, no commit."""
