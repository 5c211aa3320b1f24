"""The administrators' console: server-rendered, for staff only, each page behind the permission it names.

Owns: the way in, the guard of every page, the frame, the pages themselves.
Not here: who staff are and what they may do (``idp.staff``), and any rule about what is administered.
"""
