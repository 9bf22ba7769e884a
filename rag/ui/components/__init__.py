"""Components of our own: what shows data from articles or people, as text nodes and buttons, never as markup."""
