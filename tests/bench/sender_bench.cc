// What a request costs the thread that makes it: by the sender, and by the barest exchange that
// could stand in its place (epoll, one send and one read, an answer of known shape), which is the
// most that a client of our own could save. Both to a server on a thread beside it; CPU time of the
// sending thread alone, by turns. Of the sender also while other targets do not answer.
// bench_sender [requests] [at once] [requests that are not answered meanwhile]
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "deliver/attempt.h"
#include "deliver/sender.h"
#include "tests/bench/path_load/sink.h"

namespace alarum::bench {
namespace {

namespace asio = boost::asio;

// Microseconds of this thread.
double cpu() {
  rusage used{};
  getrusage(RUSAGE_THREAD, &used);
  const auto microseconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return microseconds(used.ru_utime) + microseconds(used.ru_stime);
}

struct Work {
  std::size_t requests, at_once;
  deliver::Target target;
  model::Notification notification;
};

// The kernel takes connections to it, and nobody reads them.
class Silent {
 public:
  Silent() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&at_), sizeof at_) != 0 ||
        listen(socket_, 4096) != 0)
      throw std::runtime_error("nothing listens");
    socklen_t size = sizeof at_;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&at_), &size);
  }
  ~Silent() { close(socket_); }
  Silent(const Silent&) = delete;
  Silent& operator=(const Silent&) = delete;
  std::uint16_t port() const { return ntohs(at_.sin_port); }

 private:
  const int socket_;
  sockaddr_in at_{AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {}};
};

void by_sender(deliver::Sender& sender, Work& work) {
  std::size_t started = 0, over = 0;
  while (over < work.requests) {
    while (started < work.requests && started - over < work.at_once) {
      work.notification.sequence = ++started;
      sender.start(work.target, work.notification, {});
    }
    for (const auto& ended : sender.wait(std::chrono::seconds(1))) {
      if (ended.verdict.detail != "200") throw std::runtime_error(ended.verdict.detail);
      ++over;
    }
  }
}

class Bare {
 public:
  explicit Bare(std::uint16_t port) : port_(port), poll_(epoll_create1(0)) {}
  ~Bare() {
    for (const int socket : idle_) close(socket);
    close(poll_);
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;

  void run(Work& work) {
    std::size_t started = 0, over = 0;
    while (over < work.requests) {
      while (started < work.requests && started - over < work.at_once) {
        work.notification.sequence = ++started;
        start(work);
      }
      std::array<epoll_event, 64> events{};
      const int ready = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 1000);
      for (int i = 0; i < ready; ++i) {
        take(events[static_cast<std::size_t>(i)].data.fd);
        ++over;
      }
    }
  }

 private:
  void start(const Work& work) {
    const auto attempt = deliver::attempt_of(work.target, work.notification, {});
    text_ = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: alarum/0.1.0\r\nAccept: */*\r\n";
    for (const auto& line : attempt.headers) text_.append(line).append("\r\n");
    text_ += fmt::format("Content-Length: {}\r\n\r\n", attempt.body.size());
    text_ += attempt.body;
    if (idle_.empty()) connect_one();
    const int socket = idle_.back();
    idle_.pop_back();
    const auto sent = send(socket, text_.data(), text_.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(text_.size())) throw std::runtime_error("not sent whole");
  }

  void connect_one() {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0), on = 1;
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port_);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      throw std::runtime_error("no connection");
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{EPOLLIN, {}};
    event.data.fd = socket;
    epoll_ctl(poll_, EPOLL_CTL_ADD, socket, &event);
    idle_.push_back(socket);
  }

  void take(int socket) {
    std::array<char, 4096> answer;
    const auto size = recv(socket, answer.data(), answer.size(), 0);
    const std::string_view text(answer.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
    if (!text.starts_with("HTTP/1.1 200") || !text.ends_with("\r\n\r\n"))
      throw std::runtime_error("not such an answer");
    idle_.push_back(socket);
  }

  const std::uint16_t port_;
  const int poll_;
  std::vector<int> idle_;
  std::string text_;
};

template <class Run>
double measure(const Work& work, const Run& run) {
  const auto before = cpu();
  run();
  return (cpu() - before) / static_cast<double>(work.requests);
}

void show(const char* what, std::vector<double> each) {
  std::ranges::sort(each);
  fmt::print("{:32} least {:.1f}, median {:.1f} µs of CPU a request\n", what, each.front(),
             each[each.size() / 2]);
}

deliver::Target target(std::uint16_t port) {
  config::Integration how;
  how.kind = "webhook";
  how.url = config::Secret(fmt::format("http://127.0.0.1:{}/", port));
  how.timeout = how.first_byte_timeout = std::chrono::hours(1);
  return deliver::target_of("r/webhook/0", how);
}

void hang(deliver::Sender& sender, std::size_t count, const Silent& silent, Work work) {
  work.target = target(silent.port());
  for (std::size_t i = 0; i < count; ++i) {
    work.notification.sequence = work.requests + 1 + i;
    sender.start(work.target, work.notification, {});
    (void)sender.wait(std::chrono::milliseconds(1));
  }
}

std::size_t number(int count, char** words, int at, std::size_t otherwise) {
  return at < count ? std::strtoul(words[at], nullptr, 10) : otherwise;
}

int run(int count, char** words) {
  constexpr std::uint16_t kPort = 28417;
  asio::io_context context{1};
  Sink sink(context, kPort, [](std::string_view) {});
  std::thread server([&] { context.run(); });
  Work work{number(count, words, 1, 2'000), number(count, words, 2, 16), target(kPort), {}};
  work.notification.id = "ntf-0123456789abcdef0123456789abcdef";
  work.notification.body = std::string(1000, 'x');
  const Silent silent;
  deliver::Sender sender({}), beside({});
  hang(beside, number(count, words, 3, 200), silent, work);
  Bare bare(kPort);
  std::vector<double> alone, with, barest;
  for (int turn = 0; turn < 15; ++turn) {
    alone.push_back(measure(work, [&] { by_sender(sender, work); }));
    with.push_back(measure(work, [&] { by_sender(beside, work); }));
    barest.push_back(measure(work, [&] { bare.run(work); }));
  }
  show("the sender", alone);
  show("beside those without an answer", with);
  show("the barest exchange", barest);
  context.stop();
  server.join();
  return 0;
}

}  // namespace
}  // namespace alarum::bench

int main(int count, char** words) {
  return alarum::bench::run(count, words);
}
