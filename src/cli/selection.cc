#include "cli/selection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/percent.h"
#include "cli/alert_table.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShortestId = 4, kLongestId = 16;  // digits
constexpr std::size_t kCandidates = 10;                  // that are listed

bool is_id(const std::string& word) {
  return word.size() >= kShortestId && word.size() <= kLongestId &&
         word.find_first_not_of("0123456789abcdef") == word.npos;
}

// `api/v2/alerts` says of an alert which it is.
std::string labels_text(const Json& alert) {
  std::string out;
  for (const auto& [name, value] : alert.at("labels").items())
    out += (out.empty() ? "" : " ") + name + "=" + value.get<std::string>();
  return out;
}

std::string candidates_text(const std::vector<const Json*>& found) {
  std::string out;
  for (std::size_t i = 0; i < std::min(found.size(), kCandidates); ++i) {
    const auto& one = *found[i];
    out +=
        "  " + one.value("id", "") + (one.contains("labels") ? "  " + labels_text(one) : "") + "\n";
  }
  return found.size() > kCandidates
             ? out + fmt::format("  and {} more\n", found.size() - kCandidates)
             : out;
}

}  // namespace

Result<model::Matchers> matchers_of(const std::vector<std::string>& words) {
  model::Matchers out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    const bool bare = word.find_first_of("=~!{") == word.npos;
    if (bare && i > 0)
      return fail("bad_matcher",
                  fmt::format("\"{}\" is no matcher: write name=value; only the first word may be "
                              "an alert's name alone",
                              word));
    auto parsed = model::parse_matchers(bare ? "alertname=" + word : word);
    if (!parsed)
      return fail("bad_matcher", fmt::format("\"{}\": {}", word, parsed.error().message));
    for (const auto& one : *parsed) {
      if (one.value().starts_with("=") && word.find("\"=") == word.npos)
        return fail("bad_matcher",
                    fmt::format("\"{}\": = is written once: {}={}", word, one.name(),
                                one.value().substr(one.value().find_first_not_of("= "))));
    }
    std::ranges::move(*parsed, std::back_inserter(out));
  }
  return out;
}

Result<Selection> selection_of(const std::vector<std::string>& words) {
  Selection out;
  std::vector<std::string> others;
  for (const auto& word : words) (is_id(word) ? out.ids : others).push_back(word);
  if (!out.ids.empty() && !others.empty())
    return fail("bad_matcher",
                fmt::format("\"{}\" is an id and \"{}\" is none: give ids, or matchers. An alert's "
                            "name of nothing but 0-9 and a-f is written alertname={}",
                            out.ids.front(), others.front(), out.ids.front()));
  auto matchers = matchers_of(others);
  if (!matchers) return std::unexpected(matchers.error());
  out.matchers = std::move(*matchers);
  return out;
}

std::string filters_of(const model::Matchers& matchers) {
  std::string out;
  for (const auto& one : matchers) out += "&filter=" + percent_encode(one.text());
  return out;
}

Result<std::string> filters_of(const std::vector<std::string>& words) {
  const auto matchers = matchers_of(words);
  if (!matchers) return std::unexpected(matchers.error());
  return filters_of(*matchers);
}

std::optional<std::vector<std::string>> whole_ids(const std::vector<std::string>& beginnings,
                                                  const Json& all, const std::string& noun,
                                                  std::ostream& err) {
  std::vector<std::string> out;
  for (const auto& beginning : beginnings) {
    std::vector<const Json*> found;
    for (const auto& one : all) {
      const auto id = one.value("id", "");
      if (id == beginning) {
        found = {&one};
        break;
      }
      if (id.starts_with(beginning)) found.push_back(&one);
    }
    if (found.empty())
      return err << fmt::format("error: no {} has an id that begins with \"{}\"\n", noun,
                                beginning),
             std::nullopt;
    if (found.size() > 1)
      return err << fmt::format("error: \"{}\" is the beginning of {} ids: write more of it\n",
                                beginning, found.size())
                 << candidates_text(found),
             std::nullopt;
    auto id = found.front()->value("id", "");
    if (std::ranges::find(out, id) == out.end()) out.push_back(std::move(id));
  }
  return out;
}

std::optional<Json> chosen_alerts(const Selection& selection, ApiClient& client,
                                  std::ostream& err) {
  auto chosen = Json::array();
  if (selection.ids.empty()) {
    auto found = client.get("/api/v2/alerts?" + filters_of(selection.matchers));
    if (!found) return std::nullopt;
    if (found->empty())
      return err << fmt::format(
                 "error: no alert that fires matches {}; `alarum alerts` lists what "
                 "fires\n",
                 fmt::join(texts_of(selection.matchers), " ")),
             std::nullopt;
    chosen = std::move(*found);
  }
  for (const auto& beginning : selection.ids) {
    const auto found = client.get("/api/v2/alerts?id=" + beginning);
    if (!found) return std::nullopt;
    const auto id = whole_ids({beginning}, *found, "alert that fires", err);
    if (!id) return std::nullopt;
    for (const auto& one : *found)
      if (one.value("id", "") == id->front() && std::ranges::find(chosen, one) == chosen.end())
        chosen.push_back(one);
  }
  sort_alerts(chosen);
  return chosen;
}

}  // namespace alarum::cli
