// The stage with its thread and a real target.
#include "deliver/stage.h"

#include <gtest/gtest.h>

#include "deliver/machine_transport.h"
#include "tests/deliver/forgetful.h"
#include "tests/support/one_answer.h"

namespace alarum::deliver {
namespace {

using namespace std::chrono_literals;

Target manager(const std::string& name, const std::string& url, Duration resend_every) {
  config::Integration how;
  how.as = std::make_shared<const Forgetful>(resend_every);
  how.url = config::Secret(url);
  how.timeout = 1h;  // its end would release a target, too: it is far
  return target_of(name, how);
}

TEST(Stage, AReloadWhileAResendIsInFlightReleasesItsTarget) {
  std::promise<void> asked, answer;
  OneAnswer server([&](int socket) {
    asked.set_value();
    answer.get_future().wait();
    write_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  SystemClock clock;
  Options options;
  options.alive = [] { return false; };
  Stage* self = nullptr;
  options.request_firing = [&](const Resend::Request& request) {
    self->resend_all_firing(request, "[]");
  };
  SystemRandom random;
  MachineTransport transport({}, clock);
  Stage stage(options, clock, random, transport,
              [](std::vector<model::Receipt>, const std::function<void(bool)>& done) {
                done(true);
                return true;
              });
  self = &stage;
  stage.configure({{manager("b", server.url(), 1ms)}, nullptr, std::nullopt, {}});
  stage.start();
  asked.get_future().wait();
  stage.configure({{manager("a", server.url(), 1h), manager("b", server.url(), 1h)},
                   nullptr,
                   manager("heartbeat", server.url(), 1h),
                   1h});
  // The new ones are in force
  while (stage.stats().heartbeats_missed == 0) std::this_thread::sleep_for(1ms);
  model::Notification notification;
  notification.target = "b";
  notification.created = clock.wall();
  notification.sequence = 1;
  stage.take({notification});
  answer.set_value();
  const auto end = std::chrono::steady_clock::now() + 120s;
  while (stage.stats().attempts == 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(1ms);
  EXPECT_EQ(stage.stats().attempts, 1u);
  stage.stop(0ms);
}

}  // namespace
}  // namespace alarum::deliver
