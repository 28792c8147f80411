#pragma once
#include "ingest/broker/broker_connection.h"
#include "ingest/stream/reconnect.h"
#include "ingest/stream/source.h"

namespace alarum::ingest {

/// A source that reads from a message broker: it reads a few messages, commits their events, and
/// acknowledges them to the broker when they are on disk. So the broker stores how far we came, and
/// sends again what a crash has interrupted; the identity of the events makes that a duplicate.
/// While the journal is full nothing is read. A connection that failed is opened again after a
/// while that grows (Reconnect).
///
/// The libraries block, so the source has a thread of its own, `source-broker`, which runs its
/// coroutine.
class BrokerSource final : public Source {
 public:
  BrokerSource(config::Source config, Intake& intake, const Snapshot<config::PushIngest>& pushes,
               OpenBroker open)
      : Source(std::move(config), intake), decoder_(config_, pushes), open_(std::move(open)) {}

  void start(Workers& workers) override;

 private:
  http::asio::awaitable<void> run();
  /// One connection from its beginning to its end, and why it ended.
  http::asio::awaitable<Error> connection();
  /// False: the daemon is stopping, and not all events are on disk.
  http::asio::awaitable<bool> commit(const std::vector<BrokerMessage>& messages);
  void take(const BrokerMessage& message, std::vector<model::Event>& events);
  void note(const BrokerConnection::State& state);

  const Decoder decoder_;
  const OpenBroker open_;
  Reconnect reconnect_;
  bool again_ = false;  // a connection has worked
  // Declared last, so that its thread has ended before the members that the coroutine uses go.
  OwnThread thread_{"source-broker"};
};

}  // namespace alarum::ingest
