"""Pages: a blueprint for each area, over the domain's verbs."""
