#include "cli/status_command.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "cli/api_client.h"
#include "cli/status_text.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

Time this_instant() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

// What the rest can be shown without: null if the daemon does not say it.
Json part_of(const StatusOptions& options, const char* path) {
  std::ostringstream unsaid;
  ApiClient client(options.url, unsaid);
  return client.get(path).value_or(Json());
}

// A page that needs no credential. nullopt: it was said what is wrong.
std::optional<std::string> health_page(HttpClient& http, const std::string& path, std::ostream& err,
                                       bool may_fail) {
  auto answer = http.get(path);
  auto fault = answer ? fault_text(*answer, http.settings()) : answer.error().message;
  const bool is_ours = answer && answer->content_type.starts_with("text/plain");
  if (is_ours && (fault.empty() || (may_fail && answer->status == 503)))
    return std::move(answer->body);
  if (fault.empty())
    fault = http.settings().url + " answers, and not as Alarum does: " + http.settings().url_from +
            " says where it is";
  err << "error: " << fault << "\n";
  return std::nullopt;
}

int probe(const StatusOptions& options, std::ostream& out, std::ostream& err) {
  HttpClient http(options.url);
  if (!health_page(http, "/-/healthy", err, false)) return 1;
  const auto page = health_page(http, "/-/ready?verbose", err, true);
  if (!page) return 1;
  const auto health = health_of(*page);
  if (options.json)
    out << health.dump() << "\n";
  else
    out << health_text(health);
  return health.value("ready", false) ? 0 : 3;
}

}  // namespace

int status_command(const StatusOptions& options, std::ostream& out, std::ostream& err) {
  if (options.probe) return probe(options, out, err);
  ApiClient client(options.url, err);
  const auto status = client.get("/api/v1/status");
  if (!status) return 1;
  // Ages are by the daemon's clock
  const auto now = parse_rfc3339(status->value("now", ""));
  if (options.json)
    out << client.body();
  else
    out << status_text({*status, part_of(options, "/api/v1/alerts/summary"),
                        part_of(options, "/api/v1/rejected?limit=1")},
                       client.http().settings().url, now ? *now : this_instant());
  const bool failed = std::ranges::any_of(
      status->at("checks"), [](const Json& one) { return one.value("state", "") == "failed"; });
  const auto& ledger = status->at("ledger");
  return failed || (ledger.is_object() && !ledger.value("balanced", true)) ? 3 : 0;
}

int reload_command(const StatusOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  const auto done = options.json ? client.post_for("/-/reload", "application/json")
                                 : client.post_for("/-/reload");
  if (!done) return 1;
  out << *done;
  return 0;
}

int targets_command(const StatusOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  const auto targets = client.get("/api/v1/targets");
  if (!targets) return 1;
  out << (options.json ? client.body() : targets_text(*targets, this_instant()));
  return std::ranges::any_of(*targets,
                             [](const Json& one) { return one.value("circuit", "") == "open"; })
             ? 3
             : 0;
}

int rejected_command(const StatusOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  const auto entries = client.get("/api/v1/rejected");
  if (!entries) return 1;
  if (options.json) return out << client.body(), 0;
  if (entries->empty()) return out << "nothing was refused since the start\n", 0;
  out << rejected_text(*entries, options.bodies);
  return 0;
}

int config_show_command(const StatusOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  const auto config = client.get("/api/v1/config");
  if (!config) return 1;
  if (options.json) return out << client.body(), 0;
  const auto file = config->value("file", ""), text = config->value("text", "");
  if (file.empty()) return out << "# no config file: the defaults are in force\n", 0;
  out << "# " << file << ", without its secrets\n" << text;
  return 0;
}

}  // namespace alarum::cli
