"""The web server: HTTP/1.1 at the socket, in a few processes of one parent (decision 0010).

Owns: reading requests whole and strictly, under deadlines; handing them to the gate; sending answers; the
processes, their reload and their end.
Not here: what a request means (``idp.gate`` and behind it), TLS (the proxy in front).
"""
