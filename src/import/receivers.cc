#include "import/receivers.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "config/payload.h"
#include "import/go_template.h"

namespace alarum::import {
namespace {

using Kind = Node::Kind;

constexpr int kList = 4, kEntry = 8;  // columns of `x_configs:` and of what stands in its entries

// How the entries of one of Alertmanager's lists are translated.
struct Family {
  std::string_view theirs, ours;
  bool send_resolved;             ///< Alertmanager's default; ours is true
  std::vector<std::string> same;  ///< keys that mean the same
  /// Keys that only change how a message looks: left out without a warning
  std::vector<std::string> looks;
  std::string_view remark = {};  ///< what differs whatever the entry says
  /// Their key of a template, and ours: `title` or `text`
  std::vector<std::pair<std::string_view, std::string_view>> texts = {{"title", "title"},
                                                                      {"text", "text"}};
  /// Of a family that the table of kinds makes: what its entries must have; nullptr: obstacle() has
  /// it
  const config::ReceiverKind* kind = nullptr;
};

const std::vector<Family>& families() {
  static const std::vector<Family> kFamilies{
      {"webhook_configs",
       "webhook_configs",
       true,
       {"url", "url_file", "max_alerts", "timeout"},
       {}},
      {"email_configs",
       "email_configs",
       false,
       {"to", "from", "smarthost", "auth_username", "auth_password", "auth_password_file",
        "require_tls", "tls_config"},
       {"hello", "html"},
       "the HTML part is made of title and text"},
      {"slack_configs",
       "slack_configs",
       false,
       {"api_url", "api_url_file", "channel", "username"},
       {"color", "pretext", "title_link", "fields", "short_fields", "footer", "fallback",
        "callback_id", "icon_emoji", "icon_url", "image_url", "thumb_url", "link_names",
        "mrkdwn_in", "actions", "message_text"}},
      {"pagerduty_configs",
       "pagerduty_configs",
       true,
       {"routing_key", "routing_key_file", "url", "client"},
       {"client_url", "description", "severity", "details", "images", "links", "source", "class",
        "component", "group"},
       "summary and severity are those of the worst alert"},
      {"msteams_configs",
       "teams_configs",
       true,
       {"webhook_url", "webhook_url_file"},
       {"summary"},
       "the room is sent an adaptive card: its URL must be that of a workflow, not of a retired "
       "connector"},
      {"msteamsv2_configs", "teams_configs", true, {"webhook_url", "webhook_url_file"}, {}},
  };
  return kFamilies;
}

bool in(const std::vector<std::string>& keys, std::string_view key) {
  return std::ranges::find(keys, key) != keys.end();
}

// What the table of kinds says of a list that has the same name here and there; `list` outlives it.
std::optional<Family> family_of(const config::ReceiverKinds& kinds, const std::string& list) {
  const auto* kind = config::kind_of_list(kinds, list);
  if (!kind || !kind->import) return std::nullopt;
  const auto& how = *kind->import;
  Family family{list, list, how.send_resolved, kind->key_names(), {}, how.remark, {}, kind};
  std::erase_if(family.same, [&](const std::string& key) { return in(how.differ, key); });
  for (const auto& [theirs, ours] : how.texts) family.texts.emplace_back(theirs, ours);
  return family;
}

// In Alertmanager null and the empty text mean that the key is missing.
bool is_nothing(const Node& value) {
  return value.is(Kind::null) || (value.is(Kind::string) && value.text.empty());
}
bool has_value(const Node& mapping, const std::string& key) {
  return mapping.find(key) && !is_nothing(*mapping.find(key));
}

// Writes one entry. A key that cannot be translated becomes a comment.
class EntryWriter {
 public:
  EntryWriter(const Node& entry, const Family& family, YamlWriter& to, Diagnostics& out)
      : entry_(entry), family_(family), to_(to), out_(out) {}

  void write() {
    if (!family_.remark.empty()) to_.comment(kEntry - 2, family_.remark);
    to_.item(kEntry);
    const auto* resolved = entry_.find("send_resolved");
    if (resolved)
      to_.entry(kEntry, "send_resolved", *resolved);
    else
      to_.line(kEntry, fmt::format("send_resolved: {}   # Alertmanager's default for this kind",
                                   family_.send_resolved));
    const bool confirmed = family_.kind && family_.kind->import->confirmed_ends;
    if (confirmed || family_.ours == "pagerduty_configs")
      to_.line(kEntry, "resolve_on: all   # as Alertmanager; ours is: confirmed ends only");
    for (const auto& [key, value] : entry_.members) {
      if (key.text != "send_resolved" && !is_nothing(value)) member(key, value);
    }
  }

 private:
  static bool no_timeout(const Node& value) {
    return value.text.empty() || value.text.find_first_not_of("0smh") == std::string::npos;
  }

  void member(const Node& key, const Node& value) {
    const auto& name = key.text;
    if (name == "http_config") return http(value);
    const auto words = std::ranges::find(family_.texts, std::string_view(name),
                                         [](const auto& pair) { return pair.first; });
    if (words != family_.texts.end()) return text(words->second, key, value);
    if (name == "headers" && family_.ours == "email_configs") return mail_headers(key, value);
    if (name == "timeout" || in(family_.same, name)) return same(key, value);
    if (name == "html" && !is_default_template(value.text))
      return leave(key, value, "the HTML part is made of title and text");
    if (in(family_.looks, name)) return to_.left_out(kEntry, name, value);
    leave(key, value, "there is no such key here");
  }

  void same(const Node& key, const Node& value) {
    if (value.scalar() && config::is_go_template(value.text))
      return is_default_template(value.text) ? void()
                                             : leave(key, value, "it takes no template here");
    if (key.text == "timeout" && no_timeout(value))
      return to_.comment(kEntry, "timeout: 0s means none there; ours is 10s");
    if (key.text == "tls_config") return tls(kEntry, value);
    to_.entry(kEntry, key.text, value);
  }

  void text(std::string_view ours, const Node& key, const Node& value) {
    if (!value.scalar() || is_default_template(value.text) || value.text.empty()) return;
    const auto made =
        translate_go_template(value.text, ours == "title" ? Field::title : Field::text);
    if (!made)
      return leave(key, value,
                   made.error().message + "; our own " + std::string(ours) + " stands instead");
    for (const auto& differs : made->differs)
      to_.comment(kEntry, std::string(ours) + ": " + differs);
    to_.entry(kEntry, ours, std::string_view(made->text));
  }

  void mail_headers(const Node& key, const Node& value) {
    Node rest = value;
    std::erase_if(rest.members, [&](const auto& one) {
      if (one.first.text != "Subject" && one.first.text != "subject") return false;
      text("title", one.first, one.second);
      return true;
    });
    if (!rest.members.empty()) leave(key, rest, "mails have no headers of your own here");
  }

  void http(const Node& value) {
    Node kept = value;
    std::vector<std::pair<Node, Node>> others;
    std::erase_if(kept.members, [](const auto& one) { return is_nothing(one.second); });
    std::erase_if(kept.members, [&](const auto& one) {
      constexpr std::string_view kSame[] = {"bearer_token",  "bearer_token_file", "authorization",
                                            "basic_auth",    "headers",           "proxy_url",
                                            "proxy_url_file"};
      if (std::ranges::find(kSame, one.first.text) != std::end(kSame)) return false;
      others.push_back(one);
      return true;
    });
    const auto* tls_config = value.find("tls_config");
    if (tls_config && !takes_any(*tls_config)) tls(kEntry, *std::exchange(tls_config, nullptr));
    if (!kept.members.empty() || tls_config) {
      to_.line(kEntry, "http_config:");
      for (const auto& [key, member] : kept.members) to_.entry(kEntry + 2, key.text, member);
      if (tls_config) tls(kEntry + 2, *tls_config);
    }
    for (const auto& [key, member] : others) {
      if (key.text != "tls_config" && key.text != "follow_redirects" && key.text != "enable_http2")
        leave(key, member, "there is no such key of http_config here");
    }
  }

  static constexpr std::string_view kTls[] = {"ca_file", "cert_file", "key_file", "server_name",
                                              "insecure_skip_verify"};
  static bool is_tls(const std::string& key) {
    return std::ranges::find(kTls, key) != std::end(kTls);
  }
  static bool takes_any(const Node& tls_config) {
    return std::ranges::any_of(tls_config.members,
                               [](const auto& one) { return is_tls(one.first.text); });
  }

  void tls(int indent, const Node& value) {
    Node kept = value;
    std::vector<std::pair<Node, Node>> others;
    std::erase_if(kept.members, [&](const auto& one) {
      if (is_tls(one.first.text)) return false;
      others.push_back(one);
      return true;
    });
    if (!kept.members.empty()) to_.entry(indent, "tls_config", kept);
    for (const auto& [key, member] : others)
      leave(key, member, "there is no such key of tls_config here");
  }

  void leave(const Node& key, const Node& value, const std::string& reason) {
    to_.comment(kEntry, fmt::format("left out, {}:", reason));
    to_.left_out(kEntry, key.text, value);
    out_.warning(key.place, fmt::format("\"{}\" is left out: {}", key.text, reason));
  }

  const Node& entry_;
  const Family& family_;
  YamlWriter& to_;
  Diagnostics& out_;
};

// Why an entry cannot be translated at all; empty if it can.
std::string obstacle(const Family& family, const Node& entry) {
  const auto has = [&](const std::string& key) {
    return has_value(entry, key) || has_value(entry, key + "_file");
  };
  const auto templated = [&](const char* key) {
    return entry.find(key) && config::is_go_template(entry.find(key)->text);
  };
  if (!entry.is(Kind::mapping)) return "it is no mapping";
  for (const auto& key : family.kind ? family.kind->import->required : std::vector<std::string>()) {
    if (!has(key)) return fmt::format("it has no {}", key);
  }
  if (family.ours == "webhook_configs" && !has("url")) return "it has no url";
  if (family.ours == "webhook_configs" && templated("url")) return "a URL takes no template here";
  if (family.ours == "slack_configs" && !has("api_url"))
    return "only incoming webhooks (api_url) are supported here";
  if (family.ours == "pagerduty_configs" && !has("routing_key"))
    return "a service_key is of Events API v1: make an integration of Events API v2 and write its "
           "routing_key";
  if (family.ours == "teams_configs" && !has("webhook_url")) return "it has no webhook_url";
  if (family.ours == "email_configs" && templated("to"))
    return "recipients take no template here: write a route and a receiver for each";
  return {};
}

class ReceiverWriter {
 public:
  ReceiverWriter(const Node& receiver, const config::ReceiverKinds& ours, YamlWriter& to,
                 Diagnostics& out)
      : receiver_(receiver), ours_(ours), to_(to), out_(out) {}

  void write(const std::string& name) {
    to_.item(kList);
    to_.entry(kList, "name", std::string_view(name));
    bool said = false;
    for (const auto& family : families()) {
      const auto* value = receiver_.find(family.theirs);
      if (!value || is_none(*value)) continue;
      list(family, *value);
      said = true;
    }
    // Lists that translated entries go to may also be in the file already. They are written last,
    // so that each key occurs once.
    const auto late = [](const std::string& key) {
      return key == "teams_configs" || key == "wechat_configs" || key == "wecom_configs";
    };
    said |= member("teams_configs");
    for (const auto& [key, value] : receiver_.members) {
      if (key.text != "name" && !late(key.text) &&
          std::ranges::find(families(), std::string_view(key.text), &Family::theirs) ==
              families().end())
        said |= member(key.text);
    }
    for (const char* key : {"wechat_configs", "wecom_configs"}) said |= member(key);
    if (said && written_ == 0) {
      to_.comment(kList,
                  "nothing of it could be taken over: its alerts are written to the console");
      to_.line(kList, "console_configs:");
      to_.item(kEntry);
      to_.line(kEntry, "send_resolved: true");
    }
  }

 private:
  static bool is_none(const Node& value) {
    return value.is(Kind::null) || (value.is(Kind::sequence) && value.items.empty());
  }

  // Whether the entry exists and notifies anybody.
  bool member(const std::string& key) {
    const auto* value = receiver_.find(key);
    if (!value || is_none(*value)) return false;
    if (key == "wechat_configs")
      wechat(*value);
    else if (const auto family = family_of(ours_, key))
      list(*family, *value);
    else if (kind_of_list(ours_, key))
      own(key, *value);
    else
      left_out(key, *value,
               key.ends_with("_configs") ? "this kind of receiver is not available here"
                                         : "there is no such key of a receiver here");
    return true;
  }

  void own(const std::string& key, const Node& value) {
    if (!std::ranges::all_of(value.items,
                             [](const Node& item) { return item.is(Kind::mapping); }) ||
        value.items.empty())
      return left_out(key, value, "it is no list of mappings");
    header(key);
    to_.items(kEntry - 2, value);
    written_ += value.items.size();
  }

  void list(const Family& family, const Node& value) {
    if (!value.is(Kind::sequence))
      return left_out(std::string(family.theirs), value, "it is no list");
    std::vector<const Node*> good;
    for (const auto& entry : value.items) {
      const auto reason = obstacle(family, entry);
      if (reason.empty())
        good.push_back(&entry);
      else
        left_out(std::string(family.theirs), entry, reason);
    }
    if (good.empty()) return;
    header(family.ours);
    for (const auto* entry : good) EntryWriter(*entry, family, to_, out_).write(), ++written_;
  }

  // msteams_configs and msteamsv2_configs become one list.
  void header(std::string_view name) {
    if (last_ != name) to_.line(kList, std::string(name) + ":");
    last_ = name;
  }

  // Alertmanager sends as a WeCom application, Alarum as a robot in a group. The robot's URL is not
  // in the file, so a person must add it.
  void wechat(const Node& value) {
    for (const auto& entry : value.items) {
      to_.comment(kList,
                  "was an application of WeCom; here a robot of a group is needed (group settings, "
                  "add a robot, copy its URL):");
      to_.left_out(kList, "wechat_configs", entry);
      out_.warning(entry.place,
                   "wechat_configs becomes wecom_configs, which needs the URL of a group's robot: "
                   "write its key for KEY_OF_THE_ROBOT");
    }
    if (value.items.empty()) return left_out("wechat_configs", value, "it is no list");
    header("wecom_configs");
    const Family family{"wechat_configs",
                        "wecom_configs",
                        false,
                        {},
                        {"api_url", "api_secret", "api_secret_file", "corp_id", "agent_id",
                         "to_user", "to_party", "to_tag", "message_type"}};
    for (const auto& entry : value.items) {
      Node robot = entry;
      std::erase_if(robot.members,
                    [&](const auto& one) { return in(family.looks, one.first.text); });
      for (auto& [name, text] : robot.members) {
        if (name.text == "message") name.text = "text";
      }
      Node name, url;
      name.kind = url.kind = Kind::string;
      name.text = "url";
      url.text = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=KEY_OF_THE_ROBOT";
      robot.members.emplace(robot.members.begin(), name, url);
      auto with_url = family;
      with_url.same = {"url"};
      EntryWriter(robot, with_url, to_, out_).write();
      ++written_;
    }
  }

  void left_out(const std::string& key, const Node& value, const std::string& reason) {
    to_.comment(kList, fmt::format("left out, {}:", reason));
    to_.left_out(kList, key, value);
    const auto* name = receiver_.find("name");
    out_.warning(value.place, fmt::format("{} of receiver \"{}\" is left out: {}", key,
                                          name ? name->text : "", reason));
  }

  const Node& receiver_;
  const config::ReceiverKinds& ours_;
  YamlWriter& to_;
  Diagnostics& out_;
  std::size_t written_ = 0;
  std::string last_;
};

}  // namespace

void import_receiver(const Node& receiver, const std::string& name,
                     const config::ReceiverKinds& ours, YamlWriter& to, Diagnostics& out) {
  ReceiverWriter(receiver, ours, to, out).write(name);
}

}  // namespace alarum::import
