"""The console's interface for programs: REST under ``/admin/api/v1``, described by OpenAPI 3.1.

Owns: who may call (our own access tokens), problems, paging, idempotency, preconditions, the operations.
Not here: any rule about what is administered; each operation calls the verb the console calls.
"""
