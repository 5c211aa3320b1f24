"""``esign``: a signature under one document, known by its digest (电子签名法 art. 13)."""

import re

from clients.authorization_details.detail import DetailType, Member

ESIGN = DetailType(
    name="esign",
    label="电子签名",
    label_en="Sign a document",
    level=4,
    members=(
        Member(name="title", label="文件名称", label_en="Document"),
        Member(
            name="algorithm",
            label="摘要算法",
            label_en="Digest algorithm",
            form=re.compile("sha-256|sha-384|sm3"),
        ),
        Member(
            name="document_digest",
            label="文件摘要",
            label_en="Digest of the document",
            form=re.compile(r"[0-9a-f]{64}(?:[0-9a-f]{32})?", re.ASCII),
        ),
    ),
)
