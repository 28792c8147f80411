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

/// The senders of events. Each sends a request again until it is acknowledged or rejected for good,
/// and records every attempt in World::history. They outlive the bridge.
class Senders {
 public:
  explicit Senders(World& world);

  /// Carries out one of send, repeat, forget, drop, bad_input.
  void act(const Act& act, std::size_t number);
  /// Begins the requests that may begin now at the bridge that runs; returns how many that were.
  std::size_t start(const http::Router& router, boost::asio::io_context& io);
  /// How long until a sender wants to send to a bridge that runs; nullopt if none does.
  std::optional<std::chrono::nanoseconds> next() const;
  /// The bridge has ended: requests in flight get the fate `unknown`.
  void lose_connections();
  bool in_flight() const;
  /// Whether a request has no answer yet, or waits to be sent; the life cannot end then.
  bool owes() const;
  /// The same in words, for a life that does not come to its end.
  std::string owed() const;
  std::size_t events() const { return events_; }
  /// From now on connections do not break, and nothing is sent twice; for the end of a life.
  void be_kind() { kind_ = true; }

 private:
  struct Sender {
    SenderChoice choice;
    std::string name;
    std::deque<std::size_t> queue;       // indexes into History::sent
    std::vector<std::size_t> in_flight;  // likewise
    std::chrono::nanoseconds next{};     // nothing is sent before this age of the life
    std::uint64_t events = 0;
    std::size_t drops = 0;  // how many of its next connections will break
    unsigned failures = 0;  // in a row, for the back-off
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
  std::uint64_t life_ = 0;  // of connections; answers of earlier bridges are ignored
  std::size_t events_ = 0;
  bool kind_ = false;
};

}  // namespace alarum::simulation
