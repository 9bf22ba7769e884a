"""The user's own articles: files, pages and feeds become Markdown files in the library folder.

adding (what happens to each thing given) -> parsing (in a child process, under limits) -> folder (the shelf, its ledger of
duplicates) -> writing (an article as a Markdown file). listing: what there is.
"""
