#pragma once
#include <optional>
#include <vector>

#include "tests/simulation/choices.h"
#include "tests/simulation/front.h"
#include "tests/simulation/history.h"

namespace alarum::simulation {

class World;

/// People at the API: they look at what there is, and then do something to it. An act that falls
/// into a time without a bridge waits for the next one.
class Operators {
 public:
  explicit Operators(World& world) : world_(world) {}

  void act(const Act& act, std::size_t number);
  std::size_t start(const http::Router& router, boost::asio::io_context& io);
  void lose_connections();
  bool in_flight() const { return in_flight_ > 0; }
  bool owes() const { return !waiting_.empty() || in_flight_ > 0; }
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
  std::uint64_t life_ = 0;
  bool reloading_ = false;  // one at a time: people wait for the answer
};

}  // namespace alarum::simulation
