#include "import/alertmanager.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/fields.h"
#include "config/global.h"
#include "import/receivers.h"

namespace alarum::import {
namespace {

using Kind = Node::Kind;

constexpr std::string_view kHead =
    "Imported from Alertmanager's configuration by `alarum import alertmanager`. What differs here "
    "is said where it does; beside that:\n"
    "- what `global` said stands in each receiver that used it;\n"
    "- redirects are not followed, a request may take 10s (timeout), and what could not be "
    "delivered for 24h is a dead letter (alarum dlq);\n"
    "- without `rules:` the shipped rules are loaded; alerts that are posted to /api/v2/alerts "
    "need none.";

bool is_empty(const Node& node) {
  return node.is(Kind::null) || (!node.scalar() && node.items.empty() && node.members.empty());
}

class Importer {
 public:
  Importer(const Node& root, const config::ReceiverKinds& ours, Diagnostics& out)
      : root_(root), ours_(ours), out_(out) {}

  std::string write() {
    to_.comment(0, kHead);
    name_receivers();
    others();
    to_.line(0, "route:");
    route(*root_.find("route"), 2, true);
    inhibit_rules();
    for (const char* key : {"time_intervals", "mute_time_intervals"}) {
      if (const auto* node = root_.find(key)) to_.entry(0, key, *node);
    }
    timeout();
    to_.line(0, "receivers:");
    for (const auto& one : root_.find("receivers")->items)
      import_receiver(one, names_[name_of(one)], ours_, to_, out_);
    return to_.text();
  }

 private:
  static std::string name_of(const Node& receiver) {
    const auto* name = receiver.find("name");
    return name ? name->text : "";
  }

  // Names of targets have "/" between receiver and integration, so a receiver's name must not.
  void name_receivers() {
    for (const auto& one : root_.find("receivers")->items) {
      const auto name = name_of(one);
      auto ours = name;
      std::ranges::replace(ours, '/', '-');
      while (ours != name && is_taken(ours)) ours += "-";
      names_.emplace(name, ours);
      if (ours != name)
        out_.warning(
            one.find("name")->place,
            fmt::format("receiver \"{}\" is called \"{}\" here: a name has no \"/\"", name, ours));
    }
  }

  bool is_taken(const std::string& name) const {
    const bool theirs = std::ranges::any_of(root_.find("receivers")->items,
                                            [&](const auto& one) { return name_of(one) == name; });
    return theirs ||
           std::ranges::any_of(names_, [&](const auto& one) { return one.second == name; });
  }

  void timeout() {
    const auto* global = root_.find("global");
    const auto* length = global ? global->find("resolve_timeout") : nullptr;
    if (!length || length->text == "5m") return;
    to_.line(0, "global:");
    to_.entry(2, "resolve_timeout", *length);
  }

  void others() {
    for (const auto& [key, value] : root_.members) {
      constexpr std::string_view kRead[] = {
          "global", "route", "receivers", "inhibit_rules", "time_intervals", "mute_time_intervals"};
      if (std::ranges::find(kRead, key.text) != std::end(kRead) || is_empty(value)) continue;
      leave(
          0, key, value,
          key.text == "templates"
              ? "templates of files are not read: a receiver's own title and text say what is sent"
              : "there is no such key here");
    }
  }

  void route(const Node& node, int indent, bool root) {
    const auto *name = node.find("receiver"), *goes_on = node.find("continue");
    if (name) to_.entry(indent, "receiver", std::string_view(ours(name->text)));
    if (!root && goes_on)
      to_.entry(indent, "continue", *goes_on);
    else if (!root && !name)
      to_.line(indent, "continue: false");  // the default, since an item must have a key
    if (root && !node.find("group_by"))
      to_.line(
          indent,
          "group_by: []   # all alerts in one group, as Alertmanager does where nothing is said");
    if (root) waits(node, indent);
    for (const auto& [key, value] : node.members) {
      constexpr std::string_view kKeys[] = {
          "group_by", "group_wait", "group_interval",      "repeat_interval",      "matchers",
          "match",    "match_re",   "mute_time_intervals", "active_time_intervals"};
      if (key.text == "receiver" || key.text == "routes" || key.text == "continue" ||
          (is_empty(value) && key.text != "group_by"))
        continue;
      if (std::ranges::find(kKeys, key.text) == std::end(kKeys))
        leave(indent, key, value, "there is no such key of a route here");
      else
        to_.entry(indent, key.text,
                  key.text == "match" || key.text == "match_re" ? as_texts(value) : value);
    }
    const auto* routes = node.find("routes");
    if (!routes || routes->items.empty()) return;
    to_.line(indent, "routes:");
    for (const auto& child : routes->items) {
      to_.item(indent + 4);
      route(child, indent + 4, false);
    }
  }

  // Alertmanager's defaults are written out, because Alarum's are the same only for grouped alerts.
  void waits(const Node& node, int indent) {
    for (const auto& [key, length] :
         {std::pair("group_wait", "30s"), std::pair("group_interval", "5m")}) {
      if (!node.find(key)) to_.line(indent, fmt::format("{}: {}", key, length));
    }
  }

  // Numbers and booleans are label values like any other.
  static Node as_texts(Node mapping) {
    for (auto& [key, value] : mapping.members) {
      if (value.scalar()) value.kind = Kind::string;
      if (value.text == "null" && !value.quoted) value.text.clear();
    }
    return mapping;
  }

  std::string ours(const std::string& name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? name : found->second;
  }

  void inhibit_rules() {
    const auto* rules = root_.find("inhibit_rules");
    if (!rules || rules->items.empty()) return;
    bool begun = false;
    for (const auto& rule : rules->items) {
      if (const auto reason = obstacle(rule); !reason.empty()) {
        Node key;
        key.text = "inhibit_rules";
        leave(0, key, rule, reason);
        continue;
      }
      if (!begun) to_.line(0, "inhibit_rules:");
      begun = true;
      inhibit_rule(rule);
    }
  }

  static std::string obstacle(const Node& rule) {
    const auto none = [&](const std::string& side) {
      return std::ranges::all_of(
          std::initializer_list<const char*>{"_matchers", "_match", "_match_re"},
          [&](const char* key) {
            const auto* node = rule.find(side + key);
            return !node || is_empty(*node);
          });
    };
    if (rule.find("sources"))
      return "several sources of one inhibit rule are not available here: write one rule for each";
    for (const char* side : {"source", "target"}) {
      if (none(side)) return fmt::format("without {}_matchers it would fit every alert", side);
    }
    return {};
  }

  void inhibit_rule(const Node& rule) {
    if (const auto* name = rule.find("name")) to_.comment(2, name->text);
    to_.item(4);
    for (const auto& [key, value] : rule.members) {
      if (key.text == "name" || is_empty(value)) continue;
      const bool pairs = key.text.ends_with("_match") || key.text.ends_with("_match_re");
      to_.entry(4, key.text, pairs ? as_texts(value) : value);
    }
  }

  void leave(int indent, const Node& key, const Node& value, const std::string& reason) {
    to_.comment(indent, fmt::format("left out, {}:", reason));
    to_.left_out(indent, key.text, value);
    out_.warning(key.place.line > 0 ? key.place : value.place,
                 fmt::format("\"{}\" is left out: {}", key.text, reason));
  }

  const Node& root_;
  const config::ReceiverKinds& ours_;
  Diagnostics& out_;
  YamlWriter to_;
  std::map<std::string, std::string> names_;  // theirs to ours
};

bool is_configuration(const Node& root, Diagnostics& out) {
  if (!expect_kind(root, Kind::mapping, "the configuration",
                   "a mapping with \"route\" and \"receivers\"", out))
    return false;
  for (const auto& [key, kind] :
       {std::pair("route", Kind::mapping), std::pair("receivers", Kind::sequence)}) {
    const auto* node = root.find(key);
    if (!node)
      out.error(root.place,
                fmt::format("this is no configuration of Alertmanager: it has no \"{}\"", key));
    else if (!expect_kind(*node, kind, key, kind == Kind::mapping ? "a mapping" : "a list", out))
      continue;
  }
  return out.ok();
}

}  // namespace

std::optional<std::string> import_alertmanager(std::string_view text, const std::string& file,
                                               const config::ReceiverKinds& ours,
                                               Diagnostics& out) {
  auto root = parse_yaml(text, file, out);
  if (!root || !out.ok()) return std::nullopt;
  if (!is_configuration(*root, out)) return std::nullopt;
  Diagnostics differs;
  const auto whole = config::with_global(std::move(*root), ours, differs);
  if (!whole) {
    for (const auto& one : differs.sorted()) out.error(one.place, one.message);
    return std::nullopt;
  }
  auto imported = Importer(*whole, ours, differs).write();
  // The values of `global` are written into each receiver that they apply to.
  std::set<std::tuple<int, int, std::string>> said;
  for (const auto& one : differs.sorted()) {
    if (said.emplace(one.place.line, one.place.column, one.message).second)
      out.warning(one.place, one.message);
  }
  return imported;
}

}  // namespace alarum::import
