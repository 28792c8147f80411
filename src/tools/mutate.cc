#include "tools/mutate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>

#include "base/json.h"
#include "base/node_text.h"
#include "base/time.h"
#include "rules/pattern.h"

namespace alarum::tools {
namespace {

using Kind = Node::Kind;

const std::set<std::string> kTexts{"alert",   "summary",  "description", "runbook",
                                   "enabled", "max_keys", "silent_share"};
const std::set<std::string> kPatterns{"match", "pattern", "until"};

std::string shown(const Node& node) {
  auto text = node_json(node);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

std::optional<std::string> one_more(const Node& node) {
  std::uint64_t value = 0;
  const auto* end = node.text.data() + node.text.size();
  if (!node.is(Kind::number) || std::from_chars(node.text.data(), end, value).ptr != end)
    return std::nullopt;
  return std::to_string(value + 1);
}

// A shorter duration: one of its own unit less (10m → 9m), or of the next smaller unit (1h → 59m).
std::optional<std::string> one_less(const Node& node) {
  using namespace std::chrono_literals;
  const auto whole = parse_duration(node.text);
  if (!node.is(Kind::string) || !whole || *whole <= 1ms) return std::nullopt;
  for (const Duration unit :
       {Duration(24h), Duration(1h), Duration(1min), Duration(1s), Duration(1ms)}) {
    if (*whole > unit && *whole % unit == 0us) return format_duration(*whole - unit);
  }
  return std::nullopt;
}

class Mutator {
 public:
  Mutator(Node root, std::vector<Mutant>& out) : root_(std::move(root)), out_(out) {}

  void run() {
    if (auto* defaults = member(root_, "defaults")) settings(*defaults, "defaults");
    if (auto* extract = member(root_, "extract"))
      drop_each(extract->members, "extract", [](const auto& m) { return m.first.text; });
    if (auto* enrich = member(root_, "enrich")) enrichments(*enrich);
    if (auto* rules = member(root_, "rules")) all_rules(*rules);
    if (auto* overrides = member(root_, "override")) {
      for (auto& [name, entry] : overrides->members) rule(entry, name.text);
    }
  }

 private:
  static Node* member(Node& node, std::string_view key) {
    return const_cast<Node*>(node.find(key));
  }

  void emit(const Place& place, std::string what) {
    out_.push_back({place, rule_, std::move(what), node_json(root_) + '\n'});
  }

  template <class T, class Name>
  void drop(std::vector<T>& list, std::size_t i, const std::string& where, const Name& name) {
    auto kept = std::move(list[i]);
    const auto at = list.begin() + static_cast<std::ptrdiff_t>(i);
    list.erase(at);
    emit(place_of(kept), fmt::format("{}: {} dropped", where, name(kept)));
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(i), std::move(kept));
  }
  template <class T, class Name>
  void drop_each(std::vector<T>& list, const std::string& where, const Name& name) {
    for (std::size_t i = 0; i < list.size(); ++i) drop(list, i, where, name);
  }
  static const Place& place_of(const Node& node) { return node.place; }
  static const Place& place_of(const std::pair<Node, Node>& node) { return node.first.place; }
  static std::string key_of(const std::pair<Node, Node>& node) { return node.first.text; }

  void change(Node& node, std::string text, const std::string& where) {
    const auto old = std::exchange(node.text, std::move(text));
    emit(node.place, fmt::format("{} {} → {}", where, old, node.text));
    node.text = old;
  }

  void all_rules(Node& list) {
    drop_each(list.items, "rules", [](const Node& node) {
      return node.find("alert") ? node.find("alert")->text : "a rule";
    });
    for (auto& item : list.items) rule(item, item.find("alert") ? item.find("alert")->text : "");
  }

  void enrichments(Node& list) {
    drop_each(list.items, "enrich", [](const Node& node) { return shown(node); });
    for (auto& item : list.items) {
      auto* add = member(item, "add");
      if (add && add->items.size() > 1)
        drop_each(add->items, "enrich: add", [](const Node& node) { return shown(node); });
    }
  }

  void rule(Node& node, const std::string& name) {
    rule_ = name;
    for (auto& [key, value] : node.members) {
      if (!kPatterns.contains(key.text)) continue;
      unfold(key, value);
      pattern(value, key.text);
    }
    settings(node, "");
    rule_.clear();
  }

  // JSON text inside YAML is mutated as a tree. All its places are where the text begins.
  static void unfold(const Node& key, Node& value) {
    Diagnostics unused;
    if (key.text != "pattern" || !value.is(Kind::string)) return;
    if (auto tree = parse_json(value.text, value.place.file, unused)) {
      const auto place = value.place;
      value = std::move(*tree);
      move_to(value, place);
    }
  }
  static void move_to(Node& node, const Place& place) {
    node.place = place;
    for (auto& item : node.items) move_to(item, place);
    for (auto& [key, value] : node.members) key.place = place, move_to(value, place);
  }

  // The keys of a rule that are no patterns, and those of `defaults`: each dropped, its numbers and
  // durations moved.
  void settings(Node& node, const std::string& where) {
    for (std::size_t i = 0; i < node.members.size(); ++i) {
      const auto key = node.members[i].first.text;
      if (kTexts.contains(key) || (kPatterns.contains(key) && key != "until") ||
          says_nothing(node, key, where))
        continue;
      drop(node.members, i, where.empty() ? "rule" : where, key_of);
      if (key != "until") setting(node.members[i].second, key);
    }
  }

  // Dropping a key whose value is the default changes nothing, so no test could notice.
  bool says_nothing(const Node& node, const std::string& key, const std::string& where) const {
    const auto& value = *node.find(key);
    if (key == "by" && value.text == "subject" && !inherited("by")) return true;
    // Of a roll-up
    if ((key == "wait" && value.text == "20s") || (key == "settle" && value.text == "2m"))
      return true;
    if (where.empty() && key == "severity")
      return value.text == (inherited("severity") ? inherited("severity")->text : "warning");
    if (where.empty() && inherited(key)) return node_json(value) == node_json(*inherited(key));
    return key == "severity" && value.text == "warning";
  }
  const Node* inherited(const std::string& key) const {
    const auto* defaults = root_.find("defaults");
    return defaults ? defaults->find(key) : nullptr;
  }

  void setting(Node& value, const std::string& key) {
    if (key == "sequence") return steps(value);
    if (auto more = one_more(value)) return change(value, *more, key);
    if (auto less = one_less(value)) return change(value, *less, key);
    if (value.items.size() > 1)
      drop_each(value.items, key, [](const Node& node) { return shown(node); });
    if (value.members.size() > 1) drop_each(value.members, key, key_of);
    for (auto& item : value.items) setting(item, key);
    for (auto& [name, inner] : value.members) setting(inner, key + '.' + name.text);
  }

  void steps(Node& list) {
    if (list.items.size() > 1)
      drop_each(list.items, "sequence", [](const Node& node) { return "step " + shown(node); });
    for (auto& step : list.items) {
      auto* absent = member(step, "absent");
      const bool alone = absent && step.members.size() == 1;
      pattern(alone ? *absent : step, "sequence");
    }
  }

  // A scalar or a list of them is a test's alternatives; a mapping is a conjunction, or a matcher
  // within a list.
  void pattern(Node& node, const std::string& where) {
    if (node.is(Kind::sequence)) {
      if (node.items.size() > 1) drop_each(node.items, where, shown);
      for (auto& item : node.items)
        item.is(Kind::mapping) && is_matcher(item) ? matcher(item.members.front(), where)
                                                   : pattern(item, where);
    }
    if (!node.is(Kind::mapping)) return;
    if (node.members.size() > 1)
      drop_each(node.members, where, [](const auto& m) { return "clause " + m.first.text; });
    for (auto& [key, value] : node.members) pattern(value, where + ' ' + key.text);
  }

  static bool is_matcher(const Node& node) {
    return node.members.size() == 1 &&
           std::ranges::count(rules::matcher_names(), node.members.front().first.text) > 0;
  }

  void matcher(std::pair<Node, Node>& node, const std::string& where) {
    auto& [key, operand] = node;
    const auto place = where + ' ' + key.text;
    if (key.text == "exists")
      return change(operand, operand.text == "true" ? "false" : "true", place);
    if (key.text == "numeric") {
      for (auto& item : operand.items) {
        if (auto more = one_more(item)) change(item, *more, place);
      }
      return;
    }
    if (operand.items.size() > 1) drop_each(operand.items, place, shown);
    for (auto& [inner, list] : operand.members) {
      if (list.items.size() > 1) drop_each(list.items, place + ' ' + inner.text, shown);
    }
  }

  Node root_;
  std::string rule_;
  std::vector<Mutant>& out_;
};

}  // namespace

std::vector<Mutant> mutants_of(const rules::Sources::File& file) {
  std::vector<Mutant> out;
  Diagnostics unused;
  auto root = file.path.ends_with(".json") ? parse_json(file.text, file.path, unused)
                                           : parse_yaml(file.text, file.path, unused);
  if (root && root->is(Kind::mapping)) Mutator(std::move(*root), out).run();
  return out;
}

}  // namespace alarum::tools
