#pragma once
#include "ingest/broker/broker_connection.h"

namespace alarum::ingest {

/// Opens a consumer of a Kafka cluster (librdkafka), in the consumer group of the config. Offsets
/// are committed under the group once a second, and at the end, never past what is in the journal.
///
/// - CloudEvents: Kafka Protocol Binding 1.0.2, sections 3.2 (binary: headers `ce_NAME`, values as
///   they are) and 3.3 (structured: header `content-type`).
/// - A message is identified by cluster, topic, partition, offset and its timestamp, so a topic
///   that was deleted and created again has other identities.
/// - A gap is reported if the broker no longer has what comes after the committed offset.
///
/// librdkafka has a thread of its own, and one for each broker; it names them `rdk:…`.
Result<std::unique_ptr<BrokerConnection>> open_kafka(const BrokerPlace& place);

}  // namespace alarum::ingest
