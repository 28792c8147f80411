#include "app/serve.h"

#include <unistd.h>

#include <cstdlib>

#include "app/bridge.h"
#include "app/permissions.h"
#include "app/signals.h"
#include "base/log.h"
#include "base/log_output.h"

namespace alarum::app {
namespace {

bool wants_colour() {
  return isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR");
}

void say_ready(const Bridge& bridge, const Loaded& loaded) {
  log::info("app", "ready",
            {{"listen", bridge.url()},
             {"data", loaded.config.data},
             {"rules", loaded.generation->rules().rules.size()}});
}

}  // namespace

int serve(const Settings& settings) {
  restrict_new_files();
  const log::Background background(STDERR_FILENO);
  Diagnostics faults;
  auto loaded = load(settings, faults);
  log::write_text(faults.text());
  if (!loaded) {
    log::write_text(std::to_string(faults.error_count()) + " faults; nothing was started\n");
    return 1;
  }
  log::configure(loaded->config.log.level, loaded->config.log.format);
  Channel<bool> wanted(16);  // true: stop; from signals that arrive before the bridge stands
  Signals signals([&wanted] { wanted.push_over_bound(false); }, [&wanted] { wanted.push_over_bound(true); });
  SystemClock clock;
  auto bridge = Bridge::start(settings, *loaded, clock, {STDOUT_FILENO, wants_colour()});
  if (!bridge) {
    log::write_text("error: " + bridge.error().message + " (" + bridge.error().reason + ")\n");
    return 1;
  }
  say_ready(**bridge, *loaded);
  std::thread relay([&] {
    while (auto orders = wanted.take_all(std::chrono::hours(1))) {
      for (const bool stop : *orders) (*bridge)->command({stop ? Bridge::Command::Kind::stop : Bridge::Command::Kind::reload, {}});
    }
  });
  (*bridge)->run();
  wanted.close();
  relay.join();
  return 0;
}

}  // namespace alarum::app
