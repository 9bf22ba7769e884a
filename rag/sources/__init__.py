"""MENU of sources: bytes of one file -> Article. A file offers `CHOICE(data, origin) -> Article`; `origin` is the file's name."""
