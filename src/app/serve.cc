#include "app/serve.h"

#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "app/bridge.h"
#include "app/permissions.h"
#include "app/signals.h"
#include "base/log.h"
#include "base/log_output.h"
#include "base/thread_name.h"
#include "config/sources.h"

namespace alarum::app {
namespace {

bool wants_colour() {
  return isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR");
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 10;
  if (names.empty()) return "none";
  const std::vector<std::string> first(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(most, names.size())));
  return fmt::format("{}{}", fmt::join(first, ", "),
                     names.size() > most ? fmt::format(" and {} more", names.size() - most) : "");
}

// Logs which config and rules run, and who is notified. A person who sees nothing happen looks
// there first.
void say_what_runs(const Settings& settings, const Loaded& loaded) {
  std::vector<std::string> receivers, sources;
  for (const auto& receiver : loaded.config.receivers) receivers.push_back(receiver.name);
  for (const auto& source : *loaded.config.sources) sources.push_back(source.name);
  const bool shipped = settings.rules.empty() && !loaded.config.rules;
  log::info("app", "runs with",
            {{"config", settings.config.empty() ? "none, defaults" : settings.config},
             {"rules", listed(loaded.rules) + (shipped ? " (the shipped ones)" : "")},
             {"rule_files", loaded.files},
             {"receivers", listed(receivers)},
             {"sources", listed(sources)}});
  if (!settings.config.empty()) return;
  for (const auto* name : {"./alarum.yaml", "./alarum.yml"}) {
    if (access(name, F_OK) == 0)
      log::warn("app", "a config is there and is not used: start with --config to use it",
                {{"file", name}});
  }
}

// Writes the URL to the descriptor. The process that has started the daemon waits for this line,
// and may later wait for the end of the descriptor, which stays open until the daemon ends.
void announce(int descriptor, const std::string& url) {
  const auto line = url + '\n';
  ::signal(SIGPIPE, SIG_IGN);
  if (::write(descriptor, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    log::warn("app", "the URL could not be written to --ready-fd", {{"descriptor", descriptor}});
}

void say_ready(const Bridge& bridge, const Loaded& loaded) {
  log::info("app", "ready",
            {{"listen", bridge.url()},
             {"data", loaded.config.data},
             {"rules", rules::own_rules(loaded.generation->rules())}});
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
  Channel<bool> wanted(16);  // true: stop. Also holds signals that come before the bridge exists
  Signals signals([&wanted] { wanted.push_over_bound(false); },
                  [&wanted] { wanted.push_over_bound(true); });
  auto manager = ServiceManager::from_environment();
  SystemClock clock;
  auto bridge = Bridge::start(settings, *loaded, clock, {STDOUT_FILENO, wants_colour()});
  if (!bridge) {
    log::write_text("error: " + bridge.error().message + " (" + bridge.error().reason + ")\n");
    return 1;
  }
  say_what_runs(settings, *loaded);
  say_ready(**bridge, *loaded);
  if (settings.ready_fd) announce(*settings.ready_fd, (*bridge)->url());
  std::thread relay([&] {
    name_thread("orders");
    while (auto orders = wanted.take_all(std::chrono::hours(1))) {
      for (const bool stop : *orders) stop ? (*bridge)->end() : (*bridge)->reload();
    }
  });
  (*bridge)->run(manager);
  wanted.close();
  relay.join();
  return 0;
}

}  // namespace alarum::app
