#pragma once
#include <string>
#include <utility>
#include <vector>

#include "ingest/stream/decoder.h"

namespace alarum::ingest {

/// One message of a broker, as every binding of CloudEvents can be written: Kafka Protocol Binding
/// 1.0.2 section 3 (headers `ce_NAME`), NATS Protocol Binding section 3 (`ce-NAME`),
/// MQTT Protocol Binding 1.0.2 section 3.1 (user properties `NAME`). The adapter of
/// each broker makes it.
struct BrokerMessage {
  std::string payload;
  std::string media_type;  ///< the header `content-type`; empty: none
  /// Attributes of binary mode: their names without the binding's prefix, and their values decoded.
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string sender;  ///< where it came from: the topic or subject
  std::string place;   ///< for people: `topic bmc partition 3 offset 17`
  /// Identifies the message for good, so that one that comes again is known; empty: the broker has
  /// nothing of that kind, and an event without an id of its own gets a random one.
  std::string id;

  std::size_t size() const;
};

/// The events of one message. A message that says that it is a CloudEvent is read as one: its media
/// type begins with `application/cloudevents` (structured mode), or it has the attribute
/// `specversion` (binary mode). Any other is read in the decoder's format. Errors of the message as
/// a whole: as Decoder::decode(), and `event_too_large`. Pure but for `new_id`, which makes the id
/// of an event without one if the message has no id either.
Result<std::vector<Decoded>> decode_message(const BrokerMessage& message, const Decoder& decoder,
                                            Time now, const Decoder::NewId& new_id);

/// Cuts the events into runs of one format each, in their order, as Intake wants them. Pure.
std::vector<std::vector<model::Event>> runs_of_one_format(std::vector<model::Event> events);

}  // namespace alarum::ingest
