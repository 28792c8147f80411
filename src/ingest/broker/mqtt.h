#pragma once
#include "ingest/broker/broker_connection.h"

namespace alarum::ingest {

/// Opens a connection to an MQTT broker (libmosquitto), with a persistent session: MQTT 5, or 3.1.1
/// with a broker that knows no other.
///
/// - CloudEvents: MQTT Protocol Binding 1.0.2, sections 3.1 (binary: user properties are called as
///   the attributes are) and 3.2 (structured: content type; of MQTT 3.1.1 without).
/// - QoS 1: the library puts the acknowledgement of a message behind what is to be written when it
///   hands the message over. So nothing is written between read() and acknowledge(), and a message
///   whose event is not on disk was not acknowledged.
/// - QoS 2 is not asked for: the library hands a message over when the broker has already forgotten
///   its content (MQTT 5 section 4.3.3, PUBREL), so a crash there would lose it.
/// - A message has no identity that survives: the broker gives its numbers to others later.
///
/// The library's own thread is not used. Connecting blocks for five seconds at most, beside the
/// lookup of the name.
Result<std::unique_ptr<BrokerConnection>> open_mqtt(const BrokerPlace& place);

}  // namespace alarum::ingest
