"""The pages of the app; app.py lists them. A page is a function `show()` of a module named after it."""
