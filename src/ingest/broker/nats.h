#pragma once
#include "ingest/broker/broker_connection.h"

namespace alarum::ingest {

/// Opens a connection to NATS (nats.c): with a stream a pull consumer of JetStream, which is
/// durable and made if it is missing, else subscriptions of core NATS.
///
/// - CloudEvents: NATS Protocol Binding 1.0.2 section 3 (structured), and the draft 1.0.3 for
/// binary
///   mode: headers `ce-NAME`, values percent-encoded as in HTTP Protocol Binding section 3.1.3.2.
/// - JetStream: a message is acknowledged when it is in the journal, and identified by stream,
///   sequence and the server's time. It comes again after `ack_wait` (30 s) or a crash.
/// - Core NATS keeps nothing: what is sent while we are not connected is lost, and reported as a
///   gap, as is what exceeds the library's buffer of 64 MiB while the journal is full.
///
/// The library's own reconnecting is off: a connection that breaks is an error of read(). Its
/// threads are called `source-nats`.
Result<std::unique_ptr<BrokerConnection>> open_nats(const BrokerPlace& place);

}  // namespace alarum::ingest
