#include "deliver/stage.h"

#include <gtest/gtest.h>

namespace alarum::deliver {
namespace {

using namespace std::chrono_literals;

TEST(Stage, SendsNoHeartbeatWhileNothingMakesProgress) {
  SystemClock clock;
  Options options;
  std::atomic<bool> alive = false;
  options.alive = [&] { return alive.load(); };
  Stage stage(options, clock, [](std::vector<model::Receipt>) {});
  config::Integration how;
  how.url = config::Secret("http://127.0.0.1:1/");  // nobody is there: what counts is whether it is asked
  stage.set_aims({{}, nullptr, target_of("heartbeat", how), 1ms});
  stage.start();
  while (stage.stats().heartbeats_missed < 2) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(stage.stats().heartbeats, 0u);
  alive = true;
  while (stage.stats().heartbeats == 0) std::this_thread::sleep_for(1ms);
  stage.stop(0ms);
}

}  // namespace
}  // namespace alarum::deliver
