#include "config/global.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/fields.h"
#include "config/field_reader.h"

namespace alarum::config {
namespace {

using Kind = Node::Kind;

using Default = ReceiverKind::Default;

// Keys of Alertmanager's `global` that may stand there although nothing reads them. Those that a
// kind of receiver reads are in its table as well (ReceiverKind::defaults).
const std::vector<std::string> kOthers{"http_config",
                                       "resolve_timeout",
                                       "smtp_hello",
                                       "smtp_auth_secret",
                                       "smtp_auth_secret_file",
                                       "smtp_auth_identity",
                                       "smtp_force_implicit_tls",
                                       "slack_app_token",
                                       "slack_app_token_file",
                                       "slack_app_url",
                                       "opsgenie_api_key",
                                       "opsgenie_api_key_file",
                                       "opsgenie_api_url",
                                       "wechat_api_url",
                                       "wechat_api_secret",
                                       "wechat_api_secret_file",
                                       "wechat_api_corp_id",
                                       "victorops_api_key",
                                       "victorops_api_key_file",
                                       "victorops_api_url",
                                       "telegram_api_url",
                                       "telegram_bot_token",
                                       "telegram_bot_token_file",
                                       "webex_api_url",
                                       "jira_api_url",
                                       "rocketchat_api_url",
                                       "rocketchat_token",
                                       "rocketchat_token_file",
                                       "rocketchat_token_id",
                                       "rocketchat_token_id_file",
                                       "mattermost_webhook_url",
                                       "mattermost_webhook_url_file"};
// What these ask for is not done, and somebody may rely on it.
constexpr std::string_view kUnused[] = {"smtp_auth_secret",   "smtp_auth_secret_file",
                                        "smtp_auth_identity", "smtp_force_implicit_tls",
                                        "slack_app_token",    "slack_app_token_file"};

Node* member(Node& mapping, std::string_view key) {
  const auto found =
      std::ranges::find_if(mapping.members, [&](const auto& one) { return one.first.text == key; });
  return found == mapping.members.end() ? nullptr : &found->second;
}

// What may be null, as Alertmanager reads it; null under any other name is left to the readers, who
// know whether there is such a key.
using Keys = std::vector<std::string_view>;
const Keys kRoot{"global",        "templates",      "receivers",
                 "inhibit_rules", "time_intervals", "mute_time_intervals"};
const Keys kRoute{"receiver",
                  "group_by",
                  "group_wait",
                  "group_interval",
                  "repeat_interval",
                  "routes",
                  "matchers",
                  "match",
                  "match_re",
                  "continue",
                  "mute_time_intervals",
                  "active_time_intervals"};
const Keys kInhibit{
    "source_matchers", "source_match", "source_match_re", "target_matchers", "target_match",
    "target_match_re", "equal"};
const Keys kInterval{"times", "weekdays", "days_of_month", "months", "years", "location"};

Keys nullable_lists(const ReceiverKinds& kinds) {
  Keys keys;
  for (const auto& kind : kinds) {
    for (const auto& list : kind.lists) {
      if (list.nullable) keys.push_back(list.key);
    }
  }
  return keys;
}

Keys nullable_keys_of_entries(const ReceiverKinds& kinds) {
  Keys names;
  const auto add = [&](const std::vector<ReceiverKey>& keys) {
    for (const auto& key : keys) {
      if (key.form == ReceiverKey::Form::nullable || key.form == ReceiverKey::Form::transport)
        names.push_back(key.name);
    }
  };
  add(common_keys());
  for (const auto& kind : kinds) add(kind.keys);
  return names;
}

void drop_nulls(Node& mapping, const Keys& keys) {
  std::erase_if(mapping.members, [&](const auto& one) {
    return one.second.is(Kind::null) && std::ranges::find(keys, one.first.text) != keys.end();
  });
}

void drop_nulls_of_items(Node* list, const Keys& keys) {
  if (!list) return;
  for (auto& item : list->items) drop_nulls(item, keys);
}

void drop_nulls_of_route(Node& route) {
  drop_nulls(route, kRoute);
  if (auto* routes = member(route, "routes")) {
    for (auto& child : routes->items) drop_nulls_of_route(child);
  }
}

void drop_nulls_of_intervals(Node* list) {
  if (!list) return;
  for (auto& named : list->items) drop_nulls_of_items(member(named, "time_intervals"), kInterval);
}

// A twin is the same secret, once written out and once in a file.
bool says(const Node& entry, const Default& what) {
  auto key = what.key;
  if (key.ends_with("_file")) key.resize(key.size() - 5);
  const auto& other = what.instead;
  return entry.find(key) || entry.find(key + "_file") ||
         (!other.empty() && (entry.find(other) || entry.find(other + "_file")));
}

std::size_t size_of(const Node& node) {
  std::size_t size = 1;
  for (const auto& item : node.items) size += size_of(item);
  for (const auto& [key, value] : node.members) size += 1 + size_of(value);
  return size;
}

class Globals {
 public:
  Globals(const Node& global, const ReceiverKinds& kinds, Diagnostics& out)
      : global_(global), kinds_(kinds), out_(out) {}

  void check_names() const {
    auto known = kOthers;
    for (const auto& kind : kinds_) {
      for (const auto& one : kind.defaults) known.push_back(one.global);
    }
    check_keys(global_, {std::move(known), {}}, "global", out_);
  }

  void check() const {
    for (const auto unused : kUnused) {
      if (const auto* node = global_.find(unused))
        out_.warning(node->place, fmt::format("\"{}\" is not used by this version", unused));
    }
  }

  // False, and an error, when that is too much.
  bool fill(Node& receiver) {
    for (auto& [key, list] : receiver.members) {
      if (!key.text.ends_with("_configs")) continue;
      for (auto& entry : list.items) {
        if (entry.is(Kind::mapping)) fill_entry(kind_of_list(kinds_, key.text), entry);
        if (added_ <= kMaxYamlNodes) continue;
        out_.error(global_.place,
                   fmt::format("\"global\" written out for each receiver makes more than {} "
                               "values: write its http_config into the receivers that need it",
                               kMaxYamlNodes));
        return false;
      }
    }
    return true;
  }

 private:
  // `kind`: nullptr, it is one of Alertmanager's that we do not have; an import may take it over as
  // another.
  void fill_entry(const ReceiverKind* kind, Node& entry) {
    for (const auto& one : kind ? kind->defaults : std::vector<Default>()) {
      const auto* value = says(entry, one) ? nullptr : global_.find(one.global);
      if (value) add(entry, one.key, *value);
    }
    const bool http = !kind || kind->key("http_config");
    const auto* value = http && !entry.find("http_config") ? global_.find("http_config") : nullptr;
    if (value) add(entry, "http_config", *value);
  }

  void add(Node& entry, const std::string& name, const Node& value) {
    added_ += size_of(value);
    Node key;
    key.kind = Kind::string;
    key.place = value.place;
    key.text = name;
    entry.members.emplace_back(std::move(key), value);
  }

  const Node& global_;
  const ReceiverKinds& kinds_;
  Diagnostics& out_;
  std::size_t added_ = 0;  // values
};

}  // namespace

std::optional<Node> with_global(Node root, const ReceiverKinds& kinds, Diagnostics& out) {
  drop_nulls(root, kRoot);
  if (auto* route = member(root, "route")) drop_nulls_of_route(*route);
  drop_nulls_of_items(member(root, "inhibit_rules"), kInhibit);
  for (const char* key : {"time_intervals", "mute_time_intervals"})
    drop_nulls_of_intervals(member(root, key));
  auto* receivers = member(root, "receivers");
  drop_nulls_of_items(receivers, nullable_lists(kinds));
  const auto keys_of_entries = nullable_keys_of_entries(kinds);
  for (std::size_t i = 0; receivers && i < receivers->items.size(); ++i) {
    for (auto& [key, list] : receivers->items[i].members)
      drop_nulls_of_items(&list, keys_of_entries);
  }
  auto* global = member(root, "global");
  if (!global ||
      !expect_kind(*global, Kind::mapping, "global", "a mapping, as Alertmanager's", out))
    return root;
  Globals globals(*global, kinds, out);
  globals.check_names();
  std::erase_if(global->members, [](const auto& one) { return one.second.is(Kind::null); });
  globals.check();
  for (std::size_t i = 0; receivers && i < receivers->items.size(); ++i) {
    if (!globals.fill(receivers->items[i])) return std::nullopt;
  }
  return root;
}

}  // namespace alarum::config
