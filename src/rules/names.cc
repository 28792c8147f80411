#include "rules/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/ascii.h"

namespace alarum::rules {
namespace {

const std::vector<std::string> kAttributes{"id",       "source",          "type",       "subject",
                                           "time",     "datacontenttype", "dataschema", "status",
                                           "severity", "sender",          "format"};
// Words that have another meaning where a derived name may be used.
const std::vector<std::string> kTakenWords{"data",      "content", "metric",   "alert",
                                           "alertname", "count",   "startsAt", "stage"};

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || digit(c);
}

bool extension_name(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), lower_or_digit);
}

// Stricter than did_you_mean(): extensions are free words, and people ignore warnings after a wrong
// one.
bool slip(const std::string& word, const std::string& known) {
  const std::size_t most = word.size() > 6 ? 2 : 1;
  return word.size() > 2 && known.size() > 2 && edit_distance(word, known) <= most;
}

std::string hint(const std::string& head) {
  if (head == "detail-type")
    return ": that is EventBridge's name: write \"type\", or \"pattern\" for \"match\"";
  if (head == "detail")
    return ": that is EventBridge's name: write \"data\", or \"pattern\" for \"match\"";
  std::string letters;  // the same for detailType, detail_type and detailtype
  for (const char c : head) {
    if (c != '-' && c != '_') letters += to_lower(c);
  }
  if (letters == "detailtype")
    return " (did you mean \"type\"? EventBridge's own name for it is \"detail-type\", which "
           "\"pattern\" understands)";
  if (letters == "eventname" || letters == "eventtype") return " (did you mean \"type\"?)";
  return letters == "resourceid" ? " (did you mean \"subject\"?)" : "";
}

}  // namespace

bool legal_label(std::string_view name) {
  const auto inside = [](char c) { return letter(c) || digit(c) || c == '_'; };
  return !name.empty() && !digit(name.front()) && std::all_of(name.begin(), name.end(), inside);
}

bool free_name(const std::string& name) {
  return legal_label(name) && !has(kAttributes, name) && !has(kTakenWords, name);
}

std::string as_label(std::string_view name) {
  std::string out(name);
  for (auto& c : out) {
    if (!letter(c) && !digit(c)) c = '_';
  }
  return out.empty() || digit(out.front()) ? "_" + out : out;
}

std::string from_eventbridge(const std::string& path) {
  const auto dot = std::min(path.find('.'), path.size());
  const auto head = path.substr(0, dot);
  const auto rest = path.substr(dot);
  if (head == "detail-type") return "type" + rest;
  if (head == "detail") return "data" + rest;
  if (head == "resources") return "subject" + rest;
  return path;
}

std::string Names::leaf(const std::string& name) const {
  return fmt::format("#{}.{}", scope_, name);
}

std::optional<std::string> Names::declare(const std::string& name, Kind kind, const Place& place,
                                          Diagnostics& out) {
  if (!legal_label(name)) {
    out.error(place, fmt::format("\"{}\" is not a name: use letters, digits and _, as in \"{}\"",
                                 name, as_label(name)));
    return std::nullopt;
  }
  if (has(kAttributes, name) || has(kTakenWords, name)) {
    out.error(place, fmt::format("\"{}\" means something else already: choose another name", name));
    return std::nullopt;
  }
  const auto [found, fresh] = derived_.try_emplace(name, Derived{kind, place});
  if (!fresh) {
    out.error(place, fmt::format("\"{}\" is made twice in this file (first at {}:{})", name,
                                 found->second.place.line, found->second.place.column));
    return std::nullopt;
  }
  return leaf(name);
}

std::optional<std::string> Names::resolve(const std::string& path, const Place& place,
                                          Diagnostics& out,
                                          const std::vector<std::string>& also) const {
  if (derived_.contains(path)) return leaf(path);
  if (in_inventory(path)) return inventory_->wanted.insert(path), Inventory::leaf_of(path);
  if (has(kAttributes, path) || path == "data" || path == "metric.value") return path;
  const auto head = path.substr(0, path.find('.'));
  const bool whole_segments = !path.ends_with('.') && path.find("..") == std::string::npos;
  if ((head == "data" || head == "content") && head != path && whole_segments) return path;
  auto words = kAttributes;
  std::copy(also.begin(), also.end(), std::back_inserter(words));
  for (const auto& [name, derived] : derived_) words.push_back(name);
  if (inventory_) words.insert(words.end(), inventory_->known.begin(), inventory_->known.end());
  // Only for rules that match alerts; settle_relations() reports others.
  if (path == "alert" || path == "alertname") return path;
  if (has(kAttributes, head) || derived_.contains(head) || (in_inventory(head) && head != path)) {
    out.error(place,
              fmt::format("there is no path \"{}\": \"{}\" is a single value and has no members",
                          path, head));
  } else if (extension_name(path) && path != "content" && path != "metric" &&
             path != "specversion") {
    return extension(path, place, out, words);
  } else {
    for (const auto* word : {"data", "content", "metric.value"}) words.emplace_back(word);
    const auto meant =
        hint(head).empty() ? did_you_mean(head == "metric" ? path : head, words) : hint(head);
    out.error(
        place,
        fmt::format("there is no path \"{}\"{}; paths are attributes (subject, type, …), data.…, "
                    "content.…, metric.value and the "
                    "names that extract and enrich make in this file, and those of the inventory",
                    path, meant));
  }
  return std::nullopt;
}

std::optional<std::string> Names::extension(const std::string& word, const Place& place,
                                            Diagnostics& out,
                                            const std::vector<std::string>& words) const {
  const auto near = std::find_if(words.begin(), words.end(),
                                 [&](const auto& known) { return slip(word, known); });
  if (near != words.end()) {
    out.warning(
        place, fmt::format(
                   "\"{}\" is taken for an extension attribute of the event (did you mean \"{}\"?)",
                   word, *near));
  } else if (const auto meant = hint(word); !meant.empty()) {
    out.warning(place, fmt::format("\"{}\" is taken for an extension attribute of the event{}",
                                   word, meant));
  }
  return word;
}

std::optional<std::string> Names::made_by_enrich(const std::string& name) const {
  const auto found = derived_.find(name);
  return found != derived_.end() && found->second.kind == Kind::enriched ? std::optional(leaf(name))
                                                                         : std::nullopt;
}

bool Names::is_enriched(const std::string& name) const {
  const auto found = derived_.find(name);
  return found == derived_.end() ? in_inventory(name) : found->second.kind == Kind::enriched;
}

std::vector<std::string> Names::enriched() const {
  std::vector<std::string> names;
  for (const auto& [name, derived] : derived_) {
    if (derived.kind == Kind::enriched) names.push_back(name);
  }
  for (const auto& name : inventory_ ? inventory_->known : std::set<std::string>()) {
    if (!derived_.contains(name)) names.push_back(name);
  }
  return names;
}

}  // namespace alarum::rules
