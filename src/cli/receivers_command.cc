#include "cli/receivers_command.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/receiver_test.h"
#include "base/percent.h"
#include "base/printable.h"
#include "cli/api_client.h"
#include "config/config.h"
#include "deliver/machine_transport.h"
#include "receivers/list.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds kMostWait{120};  // behind the time-outs of the integrations

// From this process, as the config file says. nullopt: it was said what is wrong.
std::optional<Json> tested_here(const ReceiversOptions& options, std::ostream& err) {
  Diagnostics faults;
  const auto config = config::read_file(options.config, receivers::kinds(), faults);
  err << faults.text();
  if (!config) return std::nullopt;
  const auto notifying = app::notification_config_of(*config, false);
  SystemClock clock;
  deliver::MachineTransport transport({}, clock);
  const auto outcomes = app::test_receiver(notifying, options.name, transport, clock, kMostWait);
  if (!outcomes.empty()) return Json::parse(app::outcomes_json(outcomes));
  err << "error: " << app::no_such_receiver(notifying, options.name) << "\n";
  return std::nullopt;
}

}  // namespace

int receivers_test_command(const ReceiversOptions& options, std::ostream& out, std::ostream& err) {
  const auto outcomes =
      options.config.empty()
          ? ApiClient(options.url, err)
                .post("/api/v1/receivers/" + percent_encode(options.name) + "/test", Json::object())
          : tested_here(options, err);
  if (!outcomes) return 1;
  bool all = true;
  for (const auto& one : *outcomes) {
    all = all && one.value("delivered", false);
    if (options.json) continue;
    const auto answer = one.value("answer", "");
    out << printable_line(fmt::format("{}: {} ({}){}", one.value("target", ""),
                                      one.value("delivered", false) ? "delivered" : "NOT delivered",
                                      one.value("detail", ""),
                                      answer.empty() ? "" : " \"" + answer + "\""))
        << "\n";
  }
  if (options.json) out << outcomes->dump(2) << "\n";
  return all ? 0 : 1;
}

}  // namespace alarum::cli
