"""The parts of the landscape: one row a video model, and the proof that every value stands in an article.

- models: the rows of `corpus/models.json`, and what each value rests on
- events: `corpus/events.json`, and the timeline of releases, ends and events
- wording: a value and a field as people read them
- picking: rows that fit a filter, in an order
- tables: rows as text, CSV, Markdown, JSON, and a few of them side by side
- bearing: whether a quote bears a value
- proof: every quoted cell held against its article
"""
