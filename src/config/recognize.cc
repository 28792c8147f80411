#include "config/recognize.h"

#include <algorithm>
#include <array>

#include "base/node.h"

namespace alarum::config {
namespace {

constexpr std::string_view kBlank = " \t\r";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlank);
  return begin == text.npos ? "" : text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || c == '_';
}

// The key with which a line begins: `receivers` for `receivers: [` and for `"receivers": [`. Empty
// if it begins with none.
std::string_view key_of(std::string_view line) {
  const bool quoted = line.starts_with('"') || line.starts_with('\'');
  if (quoted) line.remove_prefix(1);
  const auto key = line.substr(
      0, static_cast<std::size_t>(std::ranges::find_if_not(line, is_word) - line.begin()));
  auto rest = line.substr(key.size());
  if (quoted && !rest.empty()) rest.remove_prefix(1);
  return trimmed(rest).starts_with(':') ? key : "";
}

// Whether an item of a list is a rule and not a path. A rule is a mapping: `- alert: A`, `- {alert:
// A, …`, `- &anchor {alert: A, …`. A path is a scalar.
bool begins_rule(std::string_view item) {
  if (item.starts_with('&')) {
    const auto blank = item.find_first_of(kBlank);
    if (blank == item.npos) return true;  // the mapping is on the next lines
    item = trimmed(item.substr(blank));
  }
  return item.starts_with('{') || !key_of(item).empty();
}

// Counts the keys that speak for a config and those that speak for a rule file.
class Marks {
 public:
  void add(std::string_view key) {
    static const auto known = config_keys();
    constexpr std::array<std::string_view, 5> of_rules{"defaults", "tables", "extract", "enrich",
                                                       "override"};
    if (std::ranges::find(of_rules, key) != of_rules.end())
      --sum_;
    else if (key != "rules" && std::ranges::find(known, key) != known.end())
      ++sum_;
  }
  void add_list(bool of_rules) { sum_ += of_rules ? -1 : 1; }
  bool config() const { return sum_ > 0; }

 private:
  int sum_ = 0;
};

class Lines {
 public:
  bool config(std::string_view text) {
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      take(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return marks_.config();
  }

 private:
  void take(std::string_view line) {
    const auto bare = trimmed(line);
    if (bare.empty() || bare.starts_with('#')) return;
    if (in_rules_) list(bare);
    const auto key = key_of(line);
    if (key.empty()) return;
    marks_.add(key);
    if (key == "rules") begin(trimmed(line.substr(line.find(':') + 1)));
  }

  void begin(std::string_view rest) {
    in_rules_ = rest.empty() || rest.starts_with('#');
    if (in_rules_ || !rest.starts_with('[')) return;
    const auto first = trimmed(rest.substr(1));
    if (!first.empty() && !first.starts_with(']')) marks_.add_list(begins_rule(first));
  }

  // The first line after `rules:` tells whether the list has rules or paths.
  void list(std::string_view bare) {
    in_rules_ = false;
    if (bare.starts_with("- ")) marks_.add_list(begins_rule(trimmed(bare.substr(2))));
  }

  Marks marks_;
  bool in_rules_ = false;
};

bool tree_is_config(const Node& root) {
  Marks marks;
  for (const auto& [key, value] : root.members) {
    marks.add(key.text);
    if (key.text == "rules" && !value.items.empty())
      marks.add_list(value.items.front().is(Node::Kind::mapping));
  }
  return marks.config();
}

}  // namespace

bool looks_like_config(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos || text[begin] != '{') return Lines().config(text);
  Diagnostics unheard;
  const auto root = parse_yaml(text, "", unheard);
  return root && root->is(Node::Kind::mapping) && tree_is_config(*root);
}

}  // namespace alarum::config
