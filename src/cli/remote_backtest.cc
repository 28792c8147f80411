#include "cli/remote_backtest.h"

#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/api_client.h"
#include "cli/data_folder.h"
#include "cli/rule_request.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::milliseconds kAskEvery{250};
constexpr int kInterrupted = 130;

volatile std::sig_atomic_t interrupted = 0;

// While it exists, SIGINT and SIGTERM only set `interrupted`.
class Interrupts {
 public:
  Interrupts() : old_int_(std::signal(SIGINT, note)), old_term_(std::signal(SIGTERM, note)) {}
  ~Interrupts() {
    std::signal(SIGINT, old_int_);
    std::signal(SIGTERM, old_term_);
  }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

 private:
  static void note(int) { interrupted = 1; }
  void (*const old_int_)(int);
  void (*const old_term_)(int);
};

// nullopt: the rules have faults, which were said.
std::optional<Json> request_of(const BacktestOptions& options, std::ostream& err) {
  auto request = rule_request(options.rules, options.inventory, err);
  if (request && options.since) (*request)["last"] = format_duration(*options.since);
  return request;
}

void show(const Json& job, bool shown) {
  if (!shown) return;
  constexpr std::size_t width = 40;
  const auto progress = job.value("progress", Json::object());
  const auto filled = static_cast<std::size_t>(width * progress.value("share", 0.0));
  std::clog << fmt::format("\r\033[K[{:.<{}}] {} records", std::string(filled, '#'), width,
                           progress.value("records", std::uint64_t{0}))
            << std::flush;
}

// The job once it no longer runs. nullopt: it was said what is wrong.
std::optional<Json> wait_for(ApiClient& client, Json job, const std::string& path, bool shown) {
  bool cancelled = false;
  while (job.value("state", "") == "running") {
    show(job, shown);
    if (interrupted && !std::exchange(cancelled, true))
      if (!client.remove(path)) return std::nullopt;
    std::this_thread::sleep_for(kAskEvery);
    auto now = client.get(path);
    if (!now) return std::nullopt;
    job = std::move(*now);
  }
  if (shown) std::clog << "\r\033[K" << std::flush;
  return job;
}

int print(ApiClient& client, const Json& job, const std::string& path,
          const BacktestOptions& options, std::ostream& out, std::ostream& err) {
  const auto& result = job.at("result");
  const bool partial = result.value("partial", false);
  if (partial) err << "partial: part of the journal is gone or cannot be read\n";
  if (options.json) {
    out << result.dump(2) << '\n';
  } else {
    const auto text = client.get_text(path);
    if (!text) return 1;
    out << *text;
  }
  const auto& counts = result.at("counts");
  const bool same =
      counts.value("added", 0) + counts.value("removed", 0) + counts.value("moved", 0) == 0;
  return same && !partial ? 0 : 3;
}

}  // namespace

int remote_backtest(const BacktestOptions& options, std::ostream& out, std::ostream& err) {
  if (options.rules.empty())
    return refuse({"no_rules",
                   "name the new rules with --rules; a replay that is compared with the history "
                   "needs the data folder: --data"},
                  err);
  const auto request = request_of(options, err);
  if (!request) return 1;
  const Interrupts interrupts;
  ApiClient client(options.url, err);
  const auto begun = client.post("/api/v1/backtest", *request);
  if (!begun) return 1;
  const auto path = "/api/v1/backtest/" + begun->value("id", "");
  const auto job = wait_for(client, *begun, path, options.progress);
  if (!job) return 1;
  const auto state = job->value("state", "");
  if (state == "cancelled") return err << "cancelled\n", kInterrupted;
  if (state != "done") {
    const auto fault = job->value("error", Json::object());
    return refuse({fault.value("error", "failed"), fault.value("message", "")}, err);
  }
  return print(client, *job, path, options, out, err);
}

}  // namespace alarum::cli
