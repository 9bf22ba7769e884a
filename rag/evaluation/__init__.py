"""The parts of `rag eval`: a question set goes through the chain of the app, and comes out as figures.

- question_sets: rows of questions with what has to be quoted
- measuring: each row asked, measured, and where it was lost
- scores: the measures, pure
- scoreboard: the table, held against an earlier one
- published: the run that comes with Cutaway
"""
