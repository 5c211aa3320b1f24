"""Words every other package uses: errors, secrets, the clock, assurance levels, masks.

Owns: small types and functions built from the standard library alone.
Not here: anything that reads a file, a setting, a store or a request.
"""
