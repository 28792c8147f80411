#pragma once
#include <optional>
#include <vector>

#include "tests/simulation/choices.h"
#include "tests/simulation/front.h"
#include "tests/simulation/history.h"

namespace alarum::simulation {

class World;

/// People who use the API: they query what there is, and then change it (silences,
/// acknowledgements, reloads, redrives). They record each request in World::history. An act that
/// comes while no bridge runs waits for the next one. They outlive the bridge.
class Operators {
 public:
  explicit Operators(World& world) : world_(world) {}

  /// Queues an act of an operator.
  void act(const Act& act, std::size_t number);
  /// Begins what is queued at the bridge that runs; returns how many requests that were.
  std::size_t start(const http::Router& router, boost::asio::io_context& io);
  /// The bridge has ended: requests in flight get the fate `unknown`.
  void lose_connections();
  bool in_flight() const { return in_flight_ > 0; }
  /// Whether an act is queued or in flight; the life cannot end then.
  bool owes() const { return !waiting_.empty() || in_flight_ > 0; }
  /// The same in words, for a life that does not come to its end.
  std::string owed() const;

 private:
  struct Waiting {
    Act act;
    std::size_t number;
  };
  http::asio::awaitable<void> operate(Waiting waiting, std::uint64_t life,
                                      const http::Router& router);
  http::asio::awaitable<Reply> call(std::size_t index, const http::Router& router,
                                    std::string method, std::string path, std::string body);
  http::asio::awaitable<Reply> get(const http::Router& router, std::string path,
                                   std::string query = {});
  http::asio::awaitable<void> silence(const Waiting& waiting, const http::Router& router,
                                      SeededRandom& random);
  http::asio::awaitable<void> expire(const Waiting& waiting, const http::Router& router,
                                     SeededRandom& random);
  http::asio::awaitable<void> of_alert(const Waiting& waiting, const http::Router& router,
                                       SeededRandom& random);
  http::asio::awaitable<void> reload(const Waiting& waiting, const http::Router& router,
                                     SeededRandom& random);
  http::asio::awaitable<void> redrive(const Waiting& waiting, const http::Router& router,
                                      SeededRandom& random);
  http::asio::awaitable<void> look(const Waiting& waiting, const http::Router& router,
                                   SeededRandom& random);
  std::size_t note(const Waiting& waiting, OperatorAct::Kind kind, std::string path,
                   std::string body);

  World& world_;
  std::vector<Waiting> waiting_;
  std::size_t in_flight_ = 0;
  std::uint64_t life_ = 0;  // of connections; answers of earlier bridges are ignored
  bool reloading_ = false;  // people wait for the answer before they ask for another reload
};

}  // namespace alarum::simulation
