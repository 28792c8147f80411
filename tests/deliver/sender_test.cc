// The sender against a real server on loopback.
#include "deliver/sender.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio.hpp>
#include <mutex>
#include <thread>

#include "deliver/machine_transport.h"
#include "http/server.h"
#include "receivers/receiver.h"
#include "tests/support/hanging_name.h"

namespace alarum::deliver {
namespace {

struct Receiver {
  std::mutex mutex;  // guards requests and bodies
  std::vector<http::Request> requests;
  std::vector<std::string> bodies;
  std::unique_ptr<http::Server> server;

  Receiver() {
    http::Router router;
    router.add("POST", "/{status}", http::Access::open,
               [this](http::Request& request,
                      http::BodyStream& body) -> http::asio::awaitable<http::Response> {
                 auto whole = co_await http::read_all(body, 1 << 20);
                 const std::lock_guard lock(mutex);
                 bodies.push_back(whole ? *whole : "none");
                 requests.push_back(request);
                 http::Response response;
                 response.status =
                     static_cast<unsigned>(std::stoi(request.parameters.at("status")));
                 if (response.status == 503) response.headers.emplace_back("Retry-After", "7");
                 if (response.status == 429) {
                   response.headers.emplace_back("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT");
                   response.headers.emplace_back("date", "Sun, 06 Nov 1994 08:49:07 GMT");
                 }
                 if (response.status == 302) response.headers.emplace_back("Location", "/200");
                 if (response.status == 401) response.body = "who is \033[1mBearer secret\033[0m?";
                 if (response.status == 500) response.body = std::string(10 << 20, '\033');
                 if (response.status == 201) response.body = std::string(1 << 20, 'x');
                 co_return response;
               });
    http::Options options;
    options.listen = "127.0.0.1:0";
    options.threads = 1;
    server = std::move(*http::Server::open(options, std::move(router)));
    server->start();
  }
};

struct Sending {
  Receiver receiver;
  Sender sender{{}};
  config::Integration how;

  Verdict send(const std::string& url) {
    how.kind = "webhook";
    how.url = config::Secret(url);
    how.http.authorization = config::Secret("Bearer secret");
    const auto target = target_of("a/webhook/0", how);
    model::Notification notification;
    notification.id = "ntf-1";
    notification.body = "{}";
    notification.sequence = 9;
    return send(target, notification, {});
  }
  Verdict send(const Target& target, const model::Notification& notification, Time now) {
    sender.start(target, notification, now);
    for (;;) {
      const auto ended = sender.wait(std::chrono::milliseconds(100));
      if (ended.empty()) continue;
      EXPECT_EQ(ended[0].sequence, notification.sequence);
      return ended[0].verdict;
    }
  }
  Verdict ask(int status) {
    return send("http://" + receiver.server->address() + '/' + std::to_string(status));
  }
};

TEST(Sender, ANameThatIsNotFoundInTimeHoldsUpNobody) {
  HangingName hanging;
  Sending sending;
  sending.how.timeout = sending.how.connect_timeout = std::chrono::milliseconds(100);
  EXPECT_NE(sending.send(hanging.url()).kind, Verdict::Kind::delivered);
  sending.how.timeout = sending.how.connect_timeout = std::chrono::seconds(60);
  EXPECT_EQ(sending.ask(200).kind, Verdict::Kind::delivered);
  EXPECT_FALSE(hanging.given_up()) << "the sender waited for the name";
}

TEST(Sender, TheProxyOfTheConfigIsAskedWhateverTheEnvironmentSays) {
  ::setenv("NO_PROXY", "*", 1);
  ::setenv("no_proxy", "*", 1);
  Sending sending;
  sending.how.http.proxy_url = config::Secret("http://" + sending.receiver.server->address());
  EXPECT_EQ(sending.send("http://receiver.invalid/200").kind, Verdict::Kind::delivered);
  ::unsetenv("NO_PROXY");
  ::unsetenv("no_proxy");
  ASSERT_EQ(sending.receiver.requests.size(), 1U);
  EXPECT_EQ(sending.receiver.requests.at(0).header("Host"), "receiver.invalid");
}

TEST(Sender, TellsWhoItIsAndReusesItsConnection) {
  Sending sending;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sending.ask(200).kind, Verdict::Kind::delivered);
  EXPECT_EQ(sending.receiver.server->counters().connections, 1u);
  const auto& request = sending.receiver.requests.at(0);
  EXPECT_EQ(request.header("Webhook-Id"), "ntf-1");
  EXPECT_EQ(request.header("Idempotency-Key"), "ntf-1");
  EXPECT_EQ(request.header("Authorization"), "Bearer secret");
  EXPECT_EQ(request.media_type(), "application/json");
}

// As kinds do that sign their URL.
class Dated final : public receivers::Receiver {
 public:
  model::Content compose(const model::Message& /*message*/,
                         const receivers::Setting& /*setting*/) const override {
    return {};
  }
  void prepare(receivers::Attempt& attempt, const std::string& /*id*/, Time now) const override {
    attempt.url += "?at=" + std::to_string(now.time_since_epoch() / std::chrono::seconds(1));
  }
};

// The second attempt for a target finds set what the first one set.
TEST(Sender, AnAttemptHasNothingOfTheOneBefore) {
  Sending sending;
  sending.how.kind = "dated";
  sending.how.as = std::make_shared<const Dated>();
  sending.how.url = config::Secret("http://" + sending.receiver.server->address() + "/401");
  const auto target = target_of("a/dated/0", sending.how);
  model::Notification first, second;
  std::tie(first.id, first.sequence, first.body, first.headers) =
      std::tuple("ntf-1", 1, std::string(5000, 'x'), "X-First: 1\n");
  std::tie(second.id, second.sequence, second.body) = std::tuple("ntf-2", 2, "{}");
  const auto refused = sending.send(target, first, Time(std::chrono::seconds(1)));
  EXPECT_EQ(sending.send(target, second, Time(std::chrono::seconds(2))).answer, refused.answer);
  const auto& one = sending.receiver.requests.at(0);
  const auto& other = sending.receiver.requests.at(1);
  EXPECT_EQ(std::pair(one.query, other.query), std::pair(std::string("at=1"), std::string("at=2")));
  EXPECT_EQ(one.header("X-First"), "1");
  EXPECT_EQ(other.header("X-First"), std::nullopt);
  EXPECT_EQ(other.header("Webhook-Id"), "ntf-2");
  EXPECT_EQ(sending.receiver.bodies, std::vector({first.body, second.body}));
  EXPECT_EQ(sending.receiver.server->counters().connections, 1u);
}

// Also what a reload has replaced: it holds secrets.
TEST(Sender, StoresFewIntegrationsOfThePastAndNoneThatAReloadTookAway) {
  Receiver receiver;
  SystemClock clock;
  MachineTransport transport({}, clock);
  model::Notification notification;
  std::vector<std::weak_ptr<const config::Integration>> used;
  const auto stored = [&] {
    return std::ranges::count_if(used, [](const auto& one) { return !one.expired(); });
  };
  std::map<std::string, Target> targets;
  for (int i = 0; i < 70; ++i) {
    config::Integration how;
    how.kind = "webhook";
    how.url = config::Secret("http://" + receiver.server->address() + "/200");
    const auto target = target_of("a/webhook/0", how);
    used.push_back(target.how);
    targets = {{target.name, target}};
    transport.start(target, notification, {});
    while (transport.wait(std::chrono::milliseconds(100)).empty()) {
    }
  }
  EXPECT_GT(stored(), 1);
  EXPECT_LE(stored(), 64);
  transport.retain(targets);
  EXPECT_EQ(stored(), 1) << "the one in force";
  transport.retain({});
  targets.clear();
  EXPECT_EQ(stored(), 0);
}

TEST(Sender, PassesOnRetryAfterAndFollowsNoRedirect) {
  Sending sending;
  const auto busy = sending.ask(503);
  EXPECT_EQ(busy.kind, Verdict::Kind::retry);
  EXPECT_EQ(busy.retry_after, std::chrono::seconds(7));
  EXPECT_EQ(sending.ask(429).retry_after, std::chrono::seconds(30)) << "by the receiver's clock";
  EXPECT_EQ(sending.ask(503).retry_after, std::chrono::seconds(7)) << "of this answer";
  EXPECT_EQ(sending.ask(302).kind, Verdict::Kind::dead);
  EXPECT_EQ(sending.receiver.requests.size(), 4u);
}

TEST(Sender, AnEndlessAnswerIsCutAndItsStatusCounts) {
  Sending sending;
  EXPECT_EQ(sending.ask(201).kind, Verdict::Kind::delivered);
}

TEST(Sender, TheWordsOfWhoeverDoesNotTakeItAreKeptWithoutOurSecrets) {
  Sending sending;
  const auto refused = sending.ask(401);
  EXPECT_EQ(std::tuple(refused.kind, refused.detail, refused.answer),
            std::tuple(Verdict::Kind::dead, "401", "who is \\u001b[1m<secret>\\u001b[0m?"));
  const auto flood = sending.ask(500);
  EXPECT_EQ(std::pair(flood.kind, flood.detail),
            std::pair(Verdict::Kind::retry, std::string("500")));
  EXPECT_TRUE(flood.answer.starts_with("\\u001b\\u001b") && flood.answer.size() <= 200)
      << flood.answer;
  EXPECT_EQ(sending.ask(200).answer, "");
}

TEST(Sender, NobodyThereIsTriedAgainAndHostAndPortAreNamedAlone) {
  Sending sending;
  const auto address = sending.receiver.server->address();
  sending.receiver.server.reset();
  const auto verdict = sending.send("http://" + address + "/secret-token");
  EXPECT_EQ(verdict.kind, Verdict::Kind::retry);
  EXPECT_TRUE(verdict.detail.ends_with(" (" + address + ")")) << verdict.detail;
  EXPECT_EQ(verdict.detail.find("secret-token"), std::string::npos) << verdict.detail;
  EXPECT_EQ(verdict.detail.find("secret"), std::string::npos);
}

// A server that is none: it says what it is told to, and hangs.
struct Odd {
  http::asio::io_context context;
  http::asio::ip::tcp::acceptor acceptor;
  std::thread thread;

  Odd(const std::string& address, const std::function<void(http::asio::ip::tcp::socket&)>& talk)
      : acceptor(context, {http::asio::ip::make_address(address), 0}), thread([this, talk] {
          http::asio::ip::tcp::socket socket(context);
          boost::system::error_code fault;
          acceptor.accept(socket, fault);
          std::array<char, 4096> request{};
          socket.read_some(http::asio::buffer(request), fault);
          if (!fault) talk(socket);
        }) {}
  ~Odd() { thread.join(); }
  std::string url(const std::string& host) {
    return "http://" + host + ":" + std::to_string(acceptor.local_endpoint().port()) + "/";
  }
};

void say(http::asio::ip::tcp::socket& socket, const std::string& text) {
  boost::system::error_code fault;
  http::asio::write(socket, http::asio::buffer(text), fault);
}

// Until the other end gives up; so no test waits for a time to pass.
void say_for_ever(http::asio::ip::tcp::socket& socket, const std::string& text) {
  boost::system::error_code fault;
  while (!fault) http::asio::write(socket, http::asio::buffer(text), fault);
}

// A byte now and then, so that something always comes.
void drip(http::asio::ip::tcp::socket& socket) {
  boost::system::error_code fault;
  while (!fault) {
    http::asio::write(socket, http::asio::buffer("x", 1), fault);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void wait_for_the_end(http::asio::ip::tcp::socket& socket) {
  boost::system::error_code fault;
  std::array<char, 64> more{};
  while (!fault) socket.read_some(http::asio::buffer(more), fault);
}

TEST(Sender, HoldsOutAgainstOddAnswers) {
  using Socket = http::asio::ip::tcp::socket;
  const std::vector<
      std::tuple<const char*, std::function<void(Socket&)>, Verdict::Kind, const char*>>
      cases{
          {"endless head",
           [](Socket& s) {
             say(s, "HTTP/1.1 200 OK\r\n"),
                 say_for_ever(s, "X-More: " + std::string(1000, 'x') + "\r\n");
           },
           Verdict::Kind::retry, "an answer whose head does not end"},
          {"endless body",
           [](Socket& s) {
             say(s, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"),
                 say_for_ever(s, std::string(65536, 'x'));
           },
           Verdict::Kind::delivered, "200"},
          {"half", [](Socket& s) { say(s, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"); },
           Verdict::Kind::retry, ""},
          {"garbage", [](Socket& s) { say(s, std::string("\0\1\2garbage\r\n\r\n", 14)); },
           Verdict::Kind::retry, ""},
          {"nothing", [](Socket&) {}, Verdict::Kind::retry, ""},
          {"silence", [](Socket& s) { wait_for_the_end(s); }, Verdict::Kind::retry,
           "no answer began in time"},
          {"drops",
           [](Socket& s) { say(s, "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"), drip(s); },
           Verdict::Kind::retry, ""},
      };
  for (const auto& [name, talk, kind, detail] : cases) {
    SCOPED_TRACE(name);
    Odd odd("127.0.0.1", talk);
    Sending sending;
    if (std::string(name) == "silence")
      sending.how.first_byte_timeout = std::chrono::milliseconds(50);
    if (std::string(name) == "drops") sending.how.timeout = std::chrono::milliseconds(300);
    const auto verdict = sending.send(odd.url("127.0.0.1"));
    EXPECT_EQ(verdict.kind, kind);
    EXPECT_TRUE(std::string(detail).empty() || verdict.detail.starts_with(detail))
        << verdict.detail;
  }
}

// However many others end meanwhile, so that there is always something to report.
TEST(Sender, ASilentTargetIsCutOffBesideBusyOnes) {
  Odd odd("127.0.0.1", [](http::asio::ip::tcp::socket& s) { wait_for_the_end(s); });
  Sender sender{{}};
  const auto start = [&](std::uint64_t sequence, const std::string& url, std::chrono::seconds all) {
    config::Integration how;
    how.kind = "webhook";
    how.url = config::Secret(url);
    how.first_byte_timeout = std::chrono::milliseconds(50);
    how.timeout = all;
    model::Notification notification;
    notification.sequence = sequence;
    sender.start(target_of("a/webhook/0", how), notification, {});
  };
  start(1, odd.url("127.0.0.1"), std::chrono::seconds(20));
  Verdict verdict;
  for (std::uint64_t other = 2; verdict.detail.empty(); ++other) {
    start(other, "no-such-scheme://x/", std::chrono::seconds(20));
    for (const auto& one : sender.wait(std::chrono::milliseconds(100)))
      if (one.sequence == 1) verdict = one.verdict;
  }
  EXPECT_TRUE(verdict.detail.starts_with("no answer began in time")) << verdict.detail;
}

// A listener whose queue is full: the kernel answers nobody.
TEST(Sender, DoesNotWaitForAConnectionForEver) {
  using Tcp = http::asio::ip::tcp;
  http::asio::io_context context;
  Tcp::acceptor full(context);
  full.open(Tcp::v4());
  full.bind({http::asio::ip::address_v4::loopback(), 0});
  full.listen(0);
  std::vector<Tcp::socket> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.emplace_back(context, Tcp::v4());
    waiting.back().non_blocking(true);
    const auto end = full.local_endpoint();
    // Asio's own would wait
    (void)::connect(waiting.back().native_handle(), end.data(), static_cast<socklen_t>(end.size()));
  }
  Sending sending;
  sending.how.connect_timeout = std::chrono::milliseconds(100);
  const auto verdict =
      sending.send("http://127.0.0.1:" + std::to_string(full.local_endpoint().port()) + "/");
  EXPECT_EQ(verdict.kind, Verdict::Kind::retry);
  EXPECT_TRUE(verdict.detail.starts_with("Timeout was reached (127.0.0.1:")) << verdict.detail;
}

TEST(Sender, SpeaksIpv6) {
  Odd odd("::1", [](auto& socket) { say(socket, "HTTP/1.1 204 No Content\r\n\r\n"); });
  EXPECT_EQ(Sending{}.send(odd.url("[::1]")).kind, Verdict::Kind::delivered);
}

TEST(Sender, DoesNotAskALinkLocalAddress) {
  Sending sending;
  const auto address = sending.receiver.server->address();
  // 0.0.0.0 leads to this machine, and is on the list as those of the metadata services are.
  for (const auto& url : {"http://0.0.0.0" + address.substr(address.rfind(':')) + "/200",
                          std::string("http://169.254.169.254/latest/meta-data/"),
                          std::string("http://[fe80::1]:80/")}) {
    const auto verdict = sending.send(url);
    EXPECT_EQ(verdict.kind, Verdict::Kind::dead) << url;
    EXPECT_EQ(verdict.detail, "forbidden_address") << url;
  }
  EXPECT_TRUE(sending.receiver.requests.empty());
  sending.how.http.allow_link_local = true;
  EXPECT_EQ(sending.send("http://0.0.0.0" + address.substr(address.rfind(':')) + "/200").kind,
            Verdict::Kind::delivered);
}

}  // namespace
}  // namespace alarum::deliver
