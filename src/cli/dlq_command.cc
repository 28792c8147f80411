#include "cli/dlq_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/percent.h"
#include "base/printable.h"
#include "cli/api_client.h"
#include "cli/selection.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kPath = "/api/v1/dead-letters";

// What killed it, and what the target said to that.
std::string cause_of(const Json& of) {
  const auto answer = of.value("answer", "");
  return printable_line(of.value("detail", "") + (answer.empty() ? "" : " \"" + answer + "\""));
}

void print_causes(const Json& causes, std::ostream& out) {
  constexpr auto kRow = "{:>7}  {:<28} {:<21} {:<21} {}\n";
  out << fmt::format(kRow, "LETTERS", "TARGET", "OLDEST", "NEWEST", "CAUSE");
  for (const auto& cause : causes) {
    out << fmt::format(kRow, cause.value("count", 0), cause.value("target", ""),
                       cause.value("oldest", "").substr(0, 19) + "Z",
                       cause.value("newest", "").substr(0, 19) + "Z", cause_of(cause));
  }
}

void print_letters(const Json& letters, std::ostream& out) {
  constexpr auto kRow = "{:<20}  {:<28} {:>8}  {:<21} {:<32} {}\n";
  out << "\n" << fmt::format(kRow, "ID", "TARGET", "ATTEMPTS", "DIED", "GROUP", "CAUSE");
  for (const auto& letter : letters) {
    out << fmt::format(kRow, letter.value("id", ""), letter.value("target", ""),
                       letter.value("attempts", 0), letter.value("at", "").substr(0, 19) + "Z",
                       printable_line(letter.value("group_key", "")), cause_of(letter));
  }
}

// All of them, page by page.
std::optional<Json> all_letters(ApiClient& client) {
  auto all = client.get(kPath);
  for (auto next = all ? all->value("next", "") : ""; !next.empty();) {
    const auto page = client.get(std::string(kPath) + "?after=" + percent_encode(next));
    if (!page) return std::nullopt;
    for (const auto& letter : page->at("letters")) (*all)["letters"].push_back(letter);
    next = page->value("next", "");
  }
  if (all) all->erase("next");
  return all;
}

// Oldest first, so that what is sent again keeps its order.
std::optional<std::vector<std::string>> chosen(ApiClient& client, const DlqOptions& options,
                                               std::ostream& err) {
  const auto json = all_letters(client);
  if (!json) return std::nullopt;
  if (!options.ids.empty()) return whole_ids(options.ids, json->at("letters"), "dead letter", err);
  std::vector<std::string> ids;
  for (const auto& letter : json->at("letters")) {
    const bool wanted = (options.target.empty() || letter.value("target", "") == options.target) &&
                        (options.detail.empty() || letter.value("detail", "") == options.detail);
    if (wanted) ids.push_back(letter.value("id", ""));
  }
  std::ranges::reverse(ids);
  return ids;
}

}  // namespace

int dlq_ls(const DlqOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  const auto json = all_letters(client);
  if (!json) return 1;
  if (options.json) {
    out << json->dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
  } else if (json->at("letters").empty()) {
    out << "no dead letters\n";
  } else {
    print_causes(json->at("causes"), out);
    print_letters(json->at("letters"), out);
  }
  return 0;
}

int dlq_show(const DlqOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  const auto ids = chosen(client, options, err);
  if (!ids) return 1;
  const auto json = client.get(std::string(kPath) + "/" + percent_encode(ids->front()));
  if (!json) return 1;
  if (options.json) {
    out << client.body();
    return 0;
  }
  for (const auto& [name, value] : json->items()) {
    if (name != "body")
      out << name << ": " << (value.is_string() ? value.get<std::string>() : value.dump()) << "\n";
  }
  out << "\n" << json->value("body", "") << "\n";
  return 0;
}

int dlq_redrive(const DlqOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  const auto ids = chosen(client, options, err);
  if (!ids) return 1;
  if (ids->empty() && options.json) out << "[]\n";
  if (ids->empty())
    return err << (options.target.empty() && options.detail.empty()
                       ? "there are no dead letters"
                       : "no dead letter has that target and cause")
               << ": nothing " << (options.dry_run ? "would be" : "was") << " sent again\n",
           0;
  std::map<std::string, std::size_t> outcomes;
  auto list = Json::array();
  const auto pause = std::chrono::duration<double>(options.dry_run ? 0 : 1 / options.rate);
  for (std::size_t i = 0; i < ids->size(); ++i) {
    if (i > 0) std::this_thread::sleep_for(pause);
    const auto body = Json{{"ids", Json::array({(*ids)[i]})}, {"dry_run", options.dry_run}};
    const auto json = client.post(std::string(kPath) + "/redrive", body);
    if (!json) return 1;
    const auto outcome = json->at("letters").at(0).value("outcome", "");
    ++outcomes[outcome];
    list.push_back({{"id", (*ids)[i]}, {"outcome", outcome}});
    if (options.json) continue;
    out << (*ids)[i] << "  "
        << (options.dry_run && outcome == "redriven" ? "would be sent again" : outcome) << "\n";
  }
  if (options.json) out << list.dump() << "\n";
  for (const auto& [outcome, count] : outcomes)
    err << count << " " << outcome << (options.dry_run ? " (dry run)" : "") << "\n";
  return outcomes.contains("not_there") ? 1 : 0;
}

}  // namespace alarum::cli
