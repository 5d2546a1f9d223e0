"""Texts on which an exported model must agree with its reference: short, long, odd and empty ones."""

from __future__ import annotations

_SENTENCE = "We run several Kafka clusters on Kubernetes, and this is what broke, why it broke and what we changed. "

PROBES: tuple[str, ...] = (
    "",
    " ",
    "?",
    "Kafka",
    "kafka",
    "KSQL",
    "exactly-once",
    "deploying kafka on kubernetes",
    "liveness probes killing brokers",
    "What should I know before upgrading Apache Kafka?",
    "Running Production Kafka Clusters in Kubernetes",
    "Running Production Kafka Clusters in Kubernetes\nBrokers, storage and the probes that restarted them.",
    "Event-driven architecture: from a monolith to microservices, one domain event at a time.",
    "Machine learning models served from a stream of events; features computed by Kafka Streams.",
    "A connector copies tables by change data capture, keeps their schema, and restarts where it stopped.",
    "Topic federation spreads one logical topic over clusters and moves traffic when a cluster degrades.",
    "Security: mutual TLS, ACLs, quotas, audit. GDPR and the right to be forgotten in an immutable log.",
    "SELECT user, COUNT(*) FROM clicks WINDOW TUMBLING (SIZE 5 MINUTES) GROUP BY user EMIT CHANGES;",
    "kafka-consumer-groups.sh --bootstrap-server localhost:9092 --describe --group payments-v2",
    "Zuverlässige Datenströme: größere Ausfälle überleben, ohne Nachrichten zu verlieren",
    "Comment l’écosystème évolue après la conférence de San Francisco",
    "Потоковая обработка данных в реальном времени",
    "分散ストリーム処理の基礎",
    "معالجة البيانات المتدفقة",
    "naïve café — “quotes”, ﬁgures and a\u00a0no-break space",
    "🚀 from zero to a million events per second 🚀🚀",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "0123456789 3.14159 1e-9 0xDEADBEEF 2019-09-30T10:00:00-07:00",
    "line one\nline two\n\n\tindented\r\nwindows",
    _SENTENCE * 3,
    _SENTENCE * 9,
    _SENTENCE * 40,
)
