"""The template of indexes of projects: fields, and how text is divided into terms."""

from typing import Any

ALIAS = "projects"
"""The alias that the API searches; a rebuild moves it to another index."""

_TEXT = {"type": "text", "copy_to": "words"}

TEMPLATE: dict[str, Any] = {
    "index_patterns": [f"{ALIAS}-*"],
    "template": {
        "settings": {
            "number_of_shards": 1,
            "number_of_replicas": 0,
            "analysis": {
                "tokenizer": {
                    # Three letters at a time, as pg_trgm has them: any part of a word is found.
                    "parts": {
                        "type": "ngram",
                        "min_gram": 3,
                        "max_gram": 3,
                        "token_chars": ["letter", "digit"],
                    }
                },
                "analyzer": {
                    "parts": {
                        "type": "custom",
                        "tokenizer": "parts",
                        "filter": ["lowercase", "asciifolding"],
                    }
                },
            },
        },
        "mappings": {
            "dynamic": "strict",
            # Every write and read names its account: one that forgets it is an error.
            "_routing": {"required": True},
            "properties": {
                "account_id": {"type": "keyword"},
                "project_id": {"type": "keyword"},
                "name": {**_TEXT, "fields": {"raw": {"type": "keyword", "ignore_above": 200}}},
                "customer": _TEXT,
                "site_name": _TEXT,
                "street": _TEXT,
                "description": {"type": "text"},
                "words": {
                    "type": "text",
                    "fields": {"part": {"type": "text", "analyzer": "parts"}},
                },
                "status": {"type": "keyword"},
                "created_at": {"type": "date"},
                "updated_at": {"type": "date"},
            },
        },
    },
}
