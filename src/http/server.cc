#include "http/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <thread>

#include "base/log.h"
#include "base/thread_name.h"
#include "http/session.h"

namespace alarum::http {
namespace {

using asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

Result<tcp::endpoint> endpoint_of(const std::string& listen) {
  const auto colon = listen.rfind(':');
  auto host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code fault;
  const auto address = asio::ip::make_address(host, fault);
  const auto port = colon == std::string::npos ? -1 : std::atoi(listen.c_str() + colon + 1);
  if (fault || port < 0 || port > 65535)
    return fail("cannot_listen",
                "\"" + listen + "\" is not an address and port such as 127.0.0.1:9797");
  return tcp::endpoint(address, static_cast<std::uint16_t>(port));
}

// The acceptors share the port (SO_REUSEPORT). The kernel would let another daemon of the same user
// join them and take a part of the connections. So a socket without SO_REUSEPORT tries the port
// first, and fails if any other process listens there.
Result<void> check_alone(const tcp::endpoint& endpoint, const std::string& listen) {
  asio::io_context context(1);
  tcp::acceptor probe(context);
  boost::system::error_code fault;
  probe.open(endpoint.protocol(), fault);
  if (!fault) probe.set_option(tcp::acceptor::reuse_address(true), fault);
  if (!fault) probe.bind(endpoint, fault);
  if (!fault) probe.listen(1, fault);
  if (fault == asio::error::address_in_use)
    return fail("cannot_listen", "cannot listen on " + listen +
                                     ": another program does already (another alarum? `ss -ltnp` "
                                     "says which); stop it or give this one another \"listen\"");
  if (fault) return fail("cannot_listen", "cannot listen on " + listen + ": " + fault.message());
  return {};
}

/// One thread `http` with its acceptor and its connections.
class Worker {
 public:
  Worker(Shared& shared) : shared_(shared), context_(1), acceptor_(context_) {}

  Result<void> bind(const tcp::endpoint& endpoint) {
    boost::system::error_code fault;
    acceptor_.open(endpoint.protocol(), fault);
    if (!fault) acceptor_.set_option(tcp::acceptor::reuse_address(true), fault);
    if (!fault) acceptor_.set_option(ReusePort(true), fault);
    if (!fault) acceptor_.bind(endpoint, fault);
    if (!fault) acceptor_.listen(1024, fault);
    if (fault)
      return fail("cannot_listen",
                  "cannot listen on " + shared_.options.listen + ": " + fault.message());
    return {};
  }
  tcp::endpoint bound() const { return acceptor_.local_endpoint(); }

  void start() {
    asio::co_spawn(context_, accept(), [](std::exception_ptr) {});
    thread_ = std::thread([this] {
      name_thread("http");
      context_.run();
    });
  }

  // Whether what the last call posted has run.
  bool responds() {
    if (asked_ != answered_.load()) return false;
    ++asked_;
    asio::post(context_, [this] { ++answered_; });
    return true;
  }

  void stop_accepting() {
    asio::post(context_, [this] {
      boost::system::error_code ignored;
      acceptor_.close(ignored);
      for (auto& session : sessions_) session.stop_when_idle();
    });
  }
  void end() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  asio::awaitable<void> accept() {
    while (!shared_.stopping) {
      auto [fault, socket] = co_await acceptor_.async_accept(kTuple);
      if (fault == asio::error::operation_aborted || fault == asio::error::bad_descriptor) break;
      if (fault) {
        // Most likely the process has no descriptors left: wait instead of spinning.
        asio::steady_timer pause(context_, std::chrono::milliseconds(50));
        co_await pause.async_wait(kTuple);
        continue;
      }
      ++shared_.counters.connections;
      if (!takes_place()) {
        ++shared_.counters.refused;
        continue;
      }
      boost::system::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      const auto session = sessions_.emplace(sessions_.end(), std::move(socket), shared_);
      asio::co_spawn(context_, session->run(), [this, session](std::exception_ptr) {
        sessions_.erase(session);
        --shared_.counters.open;
      });
    }
  }

  // Counts one more open connection unless the limit is reached. Atomic, because the other threads
  // accept at the same time.
  bool takes_place() {
    auto open = shared_.counters.open.load();
    while (open < shared_.options.limits.connections) {
      if (shared_.counters.open.compare_exchange_weak(open, open + 1)) return true;
    }
    return false;
  }

  Shared& shared_;
  asio::io_context context_;
  tcp::acceptor acceptor_;
  std::list<Session> sessions_;
  std::thread thread_;
  std::uint64_t asked_ = 0;
  std::atomic<std::uint64_t> answered_ = 0;
};

}  // namespace

struct Server::Core {
  Shared shared;
  std::string address;
  std::list<Worker> workers;
  // Declared after the workers, so that it is destroyed first: its results are posted to them.
  std::optional<asio::thread_pool> helpers;
  bool running = false;
};

Server::Server(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Server::~Server() {
  stop(std::chrono::milliseconds(0));
}

Result<std::unique_ptr<Server>> Server::open(Options options, Router router) {
  auto core = std::make_unique<Core>();
  core->shared.options = std::move(options);
  core->shared.router = std::move(router);
  auto endpoint = endpoint_of(core->shared.options.listen);
  if (!endpoint) return std::unexpected(endpoint.error());
  if (endpoint->port() != 0) {
    if (auto alone = check_alone(*endpoint, core->shared.options.listen); !alone)
      return std::unexpected(alone.error());
  }
  const auto wanted = core->shared.options.threads;
  const auto threads = wanted > 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i) {
    auto& worker = core->workers.emplace_back(core->shared);
    if (auto bound = worker.bind(*endpoint); !bound) return std::unexpected(bound.error());
    endpoint->port(worker.bound().port());
  }
  {
    const NameOfNewThreads name("http-helper");
    core->shared.helpers = &core->helpers.emplace(std::max(1U, threads / 2));
  }
  const auto host = endpoint->address().to_string();
  core->address = (endpoint->address().is_v6() ? '[' + host + ']' : host) + ':' +
                  std::to_string(endpoint->port());
  return std::unique_ptr<Server>(new Server(std::move(core)));
}

void Server::set_tls(std::shared_ptr<const Tls> tls) {
  core_->shared.tls.set(std::move(tls));
}

void Server::set_allowed_hosts(std::vector<std::string> hosts) {
  core_->shared.hosts.set(std::make_shared<const std::vector<std::string>>(std::move(hosts)));
}

void Server::start() {
  core_->running = true;
  for (auto& worker : core_->workers) worker.start();
}

bool Server::responds() {
  bool all = true;
  for (auto& worker : core_->workers) all = worker.responds() && all;
  return all;
}

void Server::begin_stop() {
  if (!core_->running || core_->shared.stopping.exchange(true)) return;
  for (auto& worker : core_->workers) worker.stop_accepting();
}

void Server::stop(std::chrono::milliseconds grace) {
  begin_stop();
  if (!std::exchange(core_->running, false)) return;
  const auto deadline = std::chrono::steady_clock::now() + grace;
  while (core_->shared.counters.open > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  for (auto& worker : core_->workers) worker.end();
  core_->helpers->stop();
  core_->helpers->join();
}

const std::string& Server::address() const {
  return core_->address;
}
const Counters& Server::counters() const {
  return core_->shared.counters;
}

}  // namespace alarum::http
