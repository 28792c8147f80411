#include "tests/simulation/receivers.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/receivers/integration.h"
#include "tests/simulation/disk.h"

namespace alarum::simulation {
namespace {

using namespace std::chrono_literals;
using Fault = SimulatedTransport::Fault;
using Kind = deliver::Verdict::Kind;

deliver::Target hook(const std::string& url, const std::string& kind = "webhook") {
  auto how = receivers::integration_of(kind + "_configs: [{url: '" + url + "'}]");
  how.http.authorization = config::Secret("Bearer secret");
  return deliver::target_of("ops/" + kind + "/0", how);
}

deliver::Target file(const std::string& path) {
  return deliver::target_of("ops/file/0",
                            receivers::integration_of("file_configs: [{path: " + path + "}]"));
}

struct Network {
  explicit Network(std::uint64_t seed = 1) : transport(clock, seed) {
    transport.on_fault = [this](std::string_view fault, std::string_view receiver) {
      faults += std::string(fault) + '@' + std::string(receiver) + ' ';
    };
  }
  void start(std::uint64_t sequence, const deliver::Target& target = hook("http://r0.sim/")) {
    model::Notification notification;
    notification.sequence = sequence, notification.id = "n" + std::to_string(sequence),
    notification.target = target.name, notification.group_key = "g", notification.body = "{}\n";
    transport.start(target, notification, clock.wall());
  }
  /// Time passes until nothing is under way: `SEQUENCE DETAIL +RETRY_AFTER …` of all that ended.
  std::string end() {
    std::string out;
    while (const auto next = transport.next()) {
      clock.advance(*next);
      for (const auto& [sequence, verdict] : transport.wait(0ms)) {
        out += std::to_string(sequence) + ' ' + verdict.detail;
        if (verdict.retry_after > 0s) out += " +" + std::to_string(verdict.retry_after.count());
        if (!verdict.answer.empty()) out += " \"" + verdict.answer + '"';
        out += '\n';
      }
    }
    return out;
  }
  std::string one(Fault fault, const deliver::Target& target = hook("http://r0.sim/")) {
    transport.trouble("r0.sim", fault, 1.0, 1h);
    start(1, target);
    return end();
  }

  SimulatedClock clock{Time(1'700'000'000s)};
  std::string faults;
  SimulatedTransport transport;
};

TEST(Receivers, RememberWhatTheySaw) {
  Network network;
  network.start(1);
  EXPECT_TRUE(network.transport.seen().empty()) << "it is on its way";
  EXPECT_EQ(network.end(), "1 200\n");
  ASSERT_EQ(network.transport.seen().size(), 1U);
  const auto& seen = network.transport.seen()[0];
  EXPECT_EQ(std::tuple(seen.receiver, seen.target, seen.id, seen.body, seen.status),
            std::tuple("r0.sim", "ops/webhook/0", "n1", "{}\n", 200U));
  EXPECT_NE(seen.headers.find("Webhook-Id: n1\n"), std::string::npos);
  EXPECT_TRUE(seen.taken() && seen.reached == Reached::answered);
  EXPECT_EQ(network.faults, "");
}

TEST(Receivers, FailInEachOfTheirWaysAndTheBridgeHearsWhatCurlWouldSay) {
  struct Case {
    Fault fault;
    std::string says;  ///< how it begins
    bool taken;
    Reached reached;
  };
  for (const auto& [fault, says, taken, reached] :
       {Case{Fault::half, "1 Transferred a partial file (r0.sim:80) \"{\"", true, Reached::half},
        Case{Fault::refused, "1 Couldn't connect to server (r0.sim:80)", false, Reached::lost},
        Case{Fault::lost_answer, "1 Timeout was reached (r0.sim:80)", true, Reached::lost},
        Case{Fault::cut, "1 Server returned nothing (no headers, no data) (r0.sim:80)", false,
             Reached::lost},
        Case{Fault::later, "1 429", false, Reached::answered},
        Case{Fault::later_date, "1 429", false, Reached::answered},
        Case{Fault::burst, "1 50", false, Reached::answered},
        Case{Fault::dead, "1 4", false, Reached::answered}}) {
    Network network;
    const auto end = network.one(fault);
    EXPECT_TRUE(end.starts_with(says)) << end;
    EXPECT_TRUE(network.faults.starts_with("receiver_")) << says;
    if (fault == Fault::refused) {
      EXPECT_TRUE(network.transport.seen().empty());
      continue;
    }
    ASSERT_EQ(network.transport.seen().size(), 1U);
    EXPECT_EQ(network.transport.seen()[0].taken(), taken) << says;
    EXPECT_EQ(network.transport.seen()[0].reached, reached) << says;
  }
}

TEST(Receivers, ALostAnswerIsATimeOutAfterTheTargetsTime) {
  Network network;
  auto how = *hook("http://r0.sim/").how;
  how.timeout = 3s;
  const auto begun = network.clock.age();
  (void)network.one(Fault::lost_answer, deliver::target_of("ops/webhook/0", how));
  EXPECT_EQ(network.clock.age() - begun, 3s);
}

TEST(Receivers, AVendorSaysInA200ThatItDidNotTakeIt) {
  Network network;
  EXPECT_EQ(network.one(Fault::wrong, hook("http://r0.sim/", "dingtalk")),
            "1 errcode -1 \"{\"errcode\":-1,\"errmsg\":\"system busy\"}\"\n");
}

TEST(Receivers, RetryAfterComesAsSecondsAndAsADateOfARightClock) {
  bool seconds = false, date = false, dated = false;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Network one(seed), other(seed);
    seconds = seconds || one.one(Fault::later).find('+') != std::string::npos;
    other.clock.step_wall(-1h);
    const auto said = other.one(Fault::later_date);
    const bool an_hour = said.find("+3600") != std::string::npos;
    date = date || an_hour;
    dated = dated || (!an_hour && said.find('+') != std::string::npos);
  }
  EXPECT_TRUE(seconds);
  EXPECT_TRUE(date) << "an hour at the most";
  EXPECT_TRUE(dated) << "with a Date of that clock: what was meant";
}

TEST(Receivers, AfterACrashSomeRequestsHaveArrivedAndNoAnswerHas) {
  Network network;
  for (std::uint64_t i = 1; i <= 60; ++i) network.start(i);
  network.clock.advance(5ms);
  const auto before = network.transport.seen().size();
  network.transport.gone = [] { return true; };
  EXPECT_TRUE(network.transport.wait(0ms).empty());
  network.start(99);
  network.transport.lose_connections();
  const auto& seen = network.transport.seen();
  EXPECT_GT(before, 0U);
  EXPECT_GT(seen.size(), before) << "what was on its way";
  EXPECT_LT(seen.size(), 60U) << "and what never left";
  for (const auto& one : seen)
    EXPECT_TRUE(one.reached == Reached::lost && one.sequence != 99) << one.id;
  EXPECT_EQ(network.transport.next(), std::nullopt);
}

TEST(Receivers, OneSeedIsOneLife) {
  const auto life = [](std::uint64_t seed) {
    Network network(seed);
    network.transport.trouble(seed);
    std::string out;
    for (std::uint64_t i = 1; i <= 50; ++i) {
      for (const char* url :
           {"http://r0.sim/", "http://r1.sim/", "http://r2.sim/", "http://r3.sim/"})
        network.start(i, hook(url));
      out += network.end();
    }
    for (const auto& one : network.transport.seen())
      out += one.receiver + ' ' + one.id + ' ' + std::string(to_text(one.reached)) + '\n';
    return out + network.faults;
  };
  EXPECT_EQ(life(7), life(7));
  EXPECT_NE(life(7), life(8));
}

TEST(Receivers, EachTroubleComesUp) {
  std::set<std::string> faults;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Network network(seed);
    network.transport.on_fault = [&](std::string_view fault, std::string_view) {
      faults.emplace(fault);
    };
    network.transport.trouble(seed);
    for (std::uint64_t i = 1; i <= 3; ++i) {
      network.start(i);
      network.start(i, hook("http://r1.sim/", "slack"));
      network.start(i, file("/output/a"));
      (void)network.end();
    }
  }
  EXPECT_EQ(faults, (std::set<std::string>{
                        "receiver_429", "receiver_429_date", "receiver_burst", "receiver_cut",
                        "receiver_dead", "receiver_error", "receiver_file_hangs", "receiver_half",
                        "receiver_lost_answer", "receiver_refused", "receiver_slow",
                        "receiver_too_slow", "receiver_wrong"}));
}

TEST(Receivers, AFileIsAddedToAndALineThatWasCutIsEndedFirst) {
  Network network;
  SeededRandom random(1);
  SimulatedDisk disk(random);
  (void)disk.make_folder("/output");
  network.transport.files = &disk;
  network.start(1, file("/output/a"));
  EXPECT_EQ(network.end(), "1 written\n");
  disk.set_fail_rate(Operation::write, 1);
  network.start(2, file("/output/a"));
  (void)network.end();
  EXPECT_FALSE(network.transport.seen().back().taken());
  EXPECT_EQ(network.transport.faults().size(), 1U);
  disk.clear_faults();
  network.start(2, file("/output/a"));
  EXPECT_EQ(network.end(), "2 written\n");
  EXPECT_TRUE(network.transport.faults().empty());
  const auto bytes = *disk.bytes("/output/a");
  EXPECT_TRUE(bytes.starts_with("{}\n") && bytes.ends_with("\n{}\n")) << bytes;
}

}  // namespace
}  // namespace alarum::simulation
