"""The citizen's own pages: who I am here, where I am logged in, what I agreed to, what protects the account.

Owns: the account pages and what they need between two of them.
Not here: the verbs behind the buttons (``consent``, ``authenticators``, ``sessions``, ``logout``); logging in
(``login``).
"""
