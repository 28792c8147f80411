#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "ingest/broker/broker_message.h"
#include "ingest/stream/feed.h"

namespace alarum::ingest {

/// A connection to a message broker: the library of one kind of broker behind a few calls. Owned by
/// BrokerSource, and used on its thread alone. A call may block, but for a second or two at most,
/// the destructor for five; only the lookup of a name is as long as the system's resolver makes it.
class BrokerConnection {
 public:
  /// Bytes and messages of one read() at most, beside one message of any size.
  static constexpr std::size_t kMostBytes = 256 << 10, kMostMessages = 1000;

  /// What the broker is like now.
  struct State {
    std::optional<Error> trouble;  ///< nothing can be read, why, and what to do; nullopt: fine
    std::int64_t lag = -1;         ///< messages that were not read yet; -1: not known
  };

  virtual ~BrokerConnection() = default;
  /// Waits 250 ms at most for messages; empty if none came. Nothing more is read from the broker
  /// than a bounded buffer of the library. An error ends the connection.
  virtual Result<std::vector<BrokerMessage>> read() = 0;
  /// All messages that read() returned are in the journal, or were rejected: the broker need not
  /// send them again. An error ends the connection.
  virtual Result<void> acknowledge() = 0;
  virtual State state() const = 0;
};

/// What a connection is opened with. Both references must outlive it.
struct BrokerPlace {
  const config::Source& source;
  Feed& feed;  ///< for gaps
  bool again;  ///< an earlier connection of this source has worked
};

/// Opens a connection. Blocks for a few seconds at most, beside the lookup of a name. If a broker
/// can be away without an error here, state() says so.
using OpenBroker = std::function<Result<std::unique_ptr<BrokerConnection>>(const BrokerPlace&)>;

}  // namespace alarum::ingest
