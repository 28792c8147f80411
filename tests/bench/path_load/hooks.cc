#include "tests/bench/path_load/hooks.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdio>
#include <deque>
#include <istream>
#include <list>
#include <optional>
#include <sstream>
#include <unordered_map>

#include "tests/bench/path_load/events.h"
#include "tests/bench/path_load/sender.h"
#include "tests/bench/path_load/sink.h"
#include "tests/bench/path_load/times.h"

namespace alarum::bench {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;

constexpr double kPatience = 180;   // seconds without a webhook until a phase is given up
constexpr std::size_t kPiece = 64;  // lines written at once where no rate is wanted

class Hooks {
 public:
  explicit Hooks(const Options& options)
      : options_(options),
        events_(options.file, options.pass),
        next_(options.skip),
        sink_(context_, options.sink, [this](auto body) { arrived(body); }) {}

  int run() {
    // Only now: who we send to may be started when it is told that the sink listens.
    fmt::print("ready\n");
    std::fflush(stdout);
    read_phase();
    context_.run();
    return 0;
  }

 private:
  struct Waiting {
    std::size_t first, count;
    double due;
  };

  void connect() {
    if (options_.lines && !line_) {
      line_.emplace(context_);
      line_->connect({asio::ip::address_v4::loopback(), options_.port});
      line_->set_option(tcp::no_delay(true));
    }
    while (!options_.lines && senders_.size() < options_.connections) {
      senders_.emplace_back(context_, options_);
    }
  }

  void read_phase() {
    asio::async_read_until(input_, text_, '\n', [this](auto fault, std::size_t) {
      if (fault) return context_.stop();
      std::string line;
      std::istream in(&text_);
      std::getline(in, line);
      std::istringstream(line) >> rate_ >> count_;
      begin();
    });
  }

  void begin() {
    connect();
    if (next_ + count_ > events_.size()) give_up("the file has too few events for this phase");
    due_.clear();
    for (std::size_t i = 0; i < count_; ++i) due_.emplace(events_.id(next_ + i), 0);
    times_.clear();
    late_.clear();
    requests_ = given_ = 0;
    began_ = last_ = now();
    used_ = cpu();
    if (rate_ > 0) return tick();
    if (options_.lines) return write_lines();
    for (auto& sender : senders_) send_more(sender);
    watch();
  }

  // With a rate: what is due is given out.
  void tick() {
    while (given_ < count_ && began_ + static_cast<double>(given_) / rate_ <= now()) {
      const auto due = began_ + static_cast<double>(given_) / rate_;
      give({next_ + given_++, 1, due});
    }
    if (given_ == count_) return watch();
    const auto wait = began_ + static_cast<double>(given_) / rate_ - now();
    timer_.expires_after(std::chrono::nanoseconds(static_cast<long long>(wait * 1e9)));
    timer_.async_wait([this](auto) { tick(); });
  }

  void give(const Waiting& one) {
    late_.push_back(now() - one.due);
    mark(one);
    if (options_.lines) return write_line(one);
    for (auto& sender : senders_) {
      if (!sender.busy()) return send(sender, one);
    }
    waiting_.push_back(one);
  }

  void mark(const Waiting& some) {
    for (auto i = some.first; i < some.first + some.count; ++i) due_[events_.id(i)] = some.due;
  }

  void send(Sender& sender, const Waiting& some) {
    sender.send(events_.some(some.first, some.count), [this, &sender] {
      if (rate_ == 0) return send_more(sender);
      if (waiting_.empty()) return;
      const auto next = waiting_.front();
      waiting_.pop_front();
      send(sender, next);
    });
  }

  // Without a rate: a connection takes the next as soon as it is free.
  void send_more(Sender& sender) {
    const auto some = std::min(options_.batch, count_ - given_);
    if (some == 0) return;
    const Waiting next{next_ + given_, some, now()};
    given_ += some;
    mark(next);
    send(sender, next);
  }

  void write_line(const Waiting& one) {
    const auto text = asio::buffer(events_[one.first]);
    asio::write(*line_, std::array<asio::const_buffer, 2>{text, asio::buffer("\n", 1)});
  }

  void write_lines() {
    const auto some = std::min(kPiece, count_ - given_);
    if (some == 0) return watch();
    const Waiting next{next_ + given_, some, now()};
    given_ += some;
    mark(next);
    pieces_.clear();
    for (std::size_t i = 0; i < some; ++i) {
      pieces_.push_back(asio::buffer(events_[next.first + i]));
      pieces_.push_back(asio::buffer("\n", 1));
    }
    asio::async_write(*line_, pieces_, [this](auto fault, std::size_t) {
      if (fault) give_up("the connection for lines broke: " + fault.message());
      write_lines();
    });
  }

  void arrived(std::string_view body) {
    ++requests_;
    last_ = now();
    std::size_t at = 0;
    for (auto id = next_id(body, at); !id.empty(); id = next_id(body, at)) {
      const auto found = due_.find(id);
      if (found == due_.end()) continue;  // told already, or an id of something else
      times_.push_back(last_ - found->second);
      due_.erase(found);
    }
    if (times_.size() == count_) timer_.cancel();
  }

  // All is given out, or on its way to be: ends the phase when all was told.
  void watch() {
    if (times_.size() == count_ || now() > last_ + kPatience) return say();
    timer_.expires_after(milliseconds(50));
    timer_.async_wait([this](auto) { watch(); });
  }

  void say() {
    std::size_t refused = 0;
    for (const auto& sender : senders_) refused += sender.refused();
    fmt::print(R"({{"events": {}, "told": {}, "webhooks": {}, "seconds": {:.4f}, )"
               R"("p50_ms": {:.4f}, "p99_ms": {:.4f}, "sent_late_p99_ms": {:.4f}, )"
               R"("refused": {}, "cpu": {:.4f}}})"
               "\n",
               count_, times_.size(), requests_, last_ - began_, percentile(times_, 0.5) * 1e3,
               percentile(times_, 0.99) * 1e3, percentile(late_, 0.99) * 1e3, refused - refused_,
               cpu() - used_);
    std::fflush(stdout);
    refused_ = refused;
    next_ += count_;
    count_ = 0;
    times_.clear();
    read_phase();
  }

  const Options& options_;
  const Events events_;
  asio::io_context context_{1};
  asio::posix::stream_descriptor input_{context_, ::dup(STDIN_FILENO)};
  asio::streambuf text_;
  asio::steady_timer timer_{context_};
  std::list<Sender> senders_;
  std::optional<tcp::socket> line_;
  std::vector<asio::const_buffer> pieces_;
  std::deque<Waiting> waiting_;                       // due, and no connection is free
  std::unordered_map<std::string_view, double> due_;  // of this phase what was not told yet
  std::vector<double> times_, late_;
  double rate_ = 0, began_ = 0, last_ = 0, used_ = 0;
  std::size_t count_ = 0, next_, given_ = 0, requests_ = 0, refused_ = 0;
  Sink sink_;
};

}  // namespace

int hooks(const Options& options) {
  return Hooks(options).run();
}

}  // namespace alarum::bench
