"""Fuzzing of everything that reads what strangers send.

``targets.py`` lists the readers and what must hold of them; ``test_fuzz.py`` runs each on its seeds, on
every input that ever broke it, and on some random ones; ``make fuzz`` runs them for long, led by coverage.
"""
