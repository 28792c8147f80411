#include "deliver/local_outputs.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <condition_variable>

#include "tests/receivers/integration.h"

namespace alarum::deliver {
namespace {

using namespace std::chrono_literals;

/// A console that is a pipe, and what came of attempts: `7 written`.
struct Machine {
  std::array<int, 2> ends{-1, -1};
  std::mutex mutex;  // guards woken
  std::condition_variable wakes;
  bool woken = false;
  std::unique_ptr<LocalOutputs> outputs;

  Machine() {
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    outputs = std::make_unique<LocalOutputs>(ends[1], [this] {
      const std::lock_guard lock(mutex);
      woken = true;
      wakes.notify_all();
    });
  }
  ~Machine() {
    outputs.reset();
    for (const int end : ends) close(end);
  }
  void fill() const {
    const std::string page(4096, 'x');
    for (pollfd one{ends[1], POLLOUT, 0}; poll(&one, 1, 0) > 0;)
      EXPECT_EQ(write(ends[1], page.data(), page.size()), 4096);
  }
  void drain() const {
    std::array<char, 4096> bytes{};
    for (pollfd one{ends[0], POLLIN, 0}; poll(&one, 1, 0) > 0;)
      EXPECT_GT(read(ends[0], bytes.data(), bytes.size()), 0);
  }
  void start(std::uint64_t sequence, Duration timeout, std::size_t size = 5) const {
    auto how = receivers::integration_of("console_configs: [{}]");
    how.timeout = timeout;
    model::Notification notification;
    notification.sequence = sequence;
    notification.body = std::string(size - 1, 'a') + '\n';
    outputs->start(target_of("a/console/0", how), notification, 0s);
  }
  std::string ended(std::chrono::nanoseconds now) {
    std::string text;
    while (text.empty()) {
      {
        std::unique_lock lock(mutex);
        if (now == 0s) wakes.wait_for(lock, 60s, [this] { return woken; });
        woken = false;
      }
      for (const auto& [sequence, verdict] : outputs->ended(now))
        text += std::to_string(sequence) + ' ' + verdict.detail + '\n';
    }
    return text;
  }
};

TEST(LocalOutputs, AnAttemptEndsWhenItsTextIsWritten) {
  Machine machine;
  machine.start(7, 1h);
  EXPECT_EQ(machine.ended(0s), "7 written\n");
  EXPECT_TRUE(machine.outputs->faults().empty());
}

TEST(LocalOutputs, AnAttemptFailsWhenNobodyReads) {
  Machine machine;
  machine.fill();
  machine.start(7, 20ms);
  EXPECT_EQ(machine.ended(0s), "7 nobody reads it\n");
  EXPECT_EQ(machine.outputs->faults(),
            std::vector<std::string>{"standard output: nobody reads it"});
  machine.drain();
  machine.start(7, 1h);
  EXPECT_EQ(machine.ended(0s), "7 written\n");
  EXPECT_TRUE(machine.outputs->faults().empty());
}

TEST(LocalOutputs, AnAttemptFailsAtItsLimitWhateverTheSystemCallDoes) {
  Machine machine;
  machine.fill();
  machine.start(7, 1h);  // the writer's own limit is far
  EXPECT_TRUE(machine.outputs->ended(1h).empty());
  EXPECT_EQ(machine.ended(2h), "7 the output hangs\n");
  machine.drain();
  machine.start(7, 1h);
  EXPECT_EQ(machine.ended(0s), "7 written\n")
      << "by the second attempt: the end of the first is nobody's";
  EXPECT_TRUE(machine.outputs->ended(9h).empty());
}

TEST(LocalOutputs, WhatDoesNotFitFailsAtOnce) {
  Machine machine;
  machine.fill();
  machine.start(7, 1h, 4 << 20);
  machine.start(8, 1h);
  EXPECT_EQ(machine.ended(0s), "8 too much waits to be written\n");
}

}  // namespace
}  // namespace alarum::deliver
