#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "http/router.h"

namespace alarum::http {

/// Bounds on everything that comes from outside. All have working defaults.
struct Limits {
  std::size_t head = 16 * 1024;  ///< bytes of the request line and headers
  /// Bytes of a body that is taken whole, after decompression
  std::size_t body = 16 * 1024 * 1024;
  /// Bytes that all handlers together keep of bodies; one alone may always
  std::size_t bodies = 256 * 1024 * 1024;
  std::size_t connections = 4096;  ///< at once, all threads together
  /// From the first byte of a request to the end of its head
  std::chrono::seconds head_time{10};
  std::chrono::seconds idle_time{75};        ///< between two requests
  std::chrono::seconds body_piece_time{20};  ///< for the next piece of a body to arrive
  /// Bytes a second that a body must reach on average after its first piece_time
  std::size_t body_rate = 256;
  std::chrono::seconds write_time{30};  ///< for an answer to be taken
};

struct Options {
  std::string listen = "127.0.0.1:9797";  ///< `host:port`, `[::1]:port`; port 0 takes a free one
  unsigned threads = 0;                   ///< 0: one a core
  Limits limits;
};

/// Counters for the metrics page; each may be read at any time.
struct Counters {
  std::atomic<std::uint64_t> connections{0}, open{0}, refused{0}, requests{0}, bytes_in{0};
  std::atomic<std::size_t> held{0};          ///< bytes of bodies that handlers keep now
  std::atomic<std::uint64_t> by_class[6]{};  ///< answers 1xx..5xx at 1..5
};

class Tls;

/// An HTTP/1.1 server (RFC 9110, 9112): one thread and acceptor a core, a connection stays on its
/// thread.
class Server {
 public:
  /// Binds. Error `cannot_listen` with the address and the system's words.
  static Result<std::unique_ptr<Server>> open(Options options, Router router);
  ~Server();

  /// What later connections are encrypted with; before start(), or (a reload) at any time after.
  void set_tls(std::shared_ptr<const Tls> tls);
  /// Values of Host that are answered, without their port, in lower case; empty (as it begins):
  /// any. On loopback the names of loopback, against DNS rebinding. At any time.
  void set_allowed_hosts(std::vector<std::string> hosts);
  void start();
  /// Takes no new connections; does not wait.
  void begin_stop();
  /// Takes no new connections, lets requests in flight finish until `grace` has passed, then ends.
  void stop(std::chrono::milliseconds grace);

  /// Whether every thread has worked since the last call: false when one hangs, or has more to do
  /// than it could begin with since then. One thread at a time, between start() and stop().
  bool responds();
  /// `127.0.0.1:9797`: as bound.
  const std::string& address() const;
  const Counters& counters() const;

 private:
  struct Core;
  explicit Server(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace alarum::http
