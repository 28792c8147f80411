#pragma once
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/choices.h"
#include "tests/simulation/front.h"
#include "tests/simulation/history.h"

namespace alarum::simulation {

class World;

/// Those who send events. Each sends a request again until it is acknowledged or refused for good,
/// and keeps account in World::history. They outlive the bridge.
class Senders {
 public:
  explicit Senders(World& world);

  /// One of send, repeat, forget, drop, bad_input.
  void act(const Act& act, std::size_t number);
  /// Starts what may start now at the bridge that runs. How many requests that were.
  std::size_t start(const http::Router& router, boost::asio::io_context& io);
  /// How long until somebody wants to send; nullopt: nobody does. Of a bridge that runs.
  std::optional<std::chrono::nanoseconds> next() const;
  /// The bridge is gone, and with it the connections.
  void lose_connections();
  bool in_flight() const;
  /// A request has no answer yet, or waits to be sent.
  bool owes() const;
  std::string owed() const;
  std::size_t events() const { return events_; }
  /// From now on connections last, and nobody repeats anything.
  void be_kind() { kind_ = true; }

 private:
  struct Sender {
    SenderChoice choice;
    std::string name;
    std::deque<std::size_t> queue;  // of History::sent
    std::vector<std::size_t> in_flight;
    std::chrono::nanoseconds next{};  // nothing is sent before
    std::uint64_t events = 0;
    std::size_t drops = 0;  // so many connections will be lost
    unsigned failures = 0;
  };
  std::size_t make(Sender& sender, SeededRandom& random, std::size_t act);
  std::size_t make_bad(Sender& sender, SeededRandom& random, std::size_t act);
  void begin(std::size_t index, const http::Router& router, boost::asio::io_context& io);
  http::asio::awaitable<void> attempt(std::size_t index, std::size_t number, std::uint64_t life,
                                      const http::Router& router, Call call, bool lost);
  void ended(std::size_t index, std::size_t number, const Reply& reply, bool lost);
  void later(Sender& sender, std::chrono::seconds least);

  World& world_;
  SeededRandom random_;
  std::vector<Sender> senders_;
  std::uint64_t life_ = 0;  // of connections: those of the bridges before are dead
  std::size_t events_ = 0;
  bool kind_ = false;
};

}  // namespace alarum::simulation
