#include "config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <set>

#include "base/fields.h"
#include "base/url.h"
#include "config/auth.h"
#include "config/field_reader.h"
#include "config/global.h"
#include "config/notifying.h"
#include "config/push_ingest.h"
#include "config/receivers.h"
#include "config/recognize.h"
#include "config/secrets.h"
#include "config/shown.h"
#include "config/sources.h"

namespace alarum::config {
namespace {

using Kind = Node::Kind;
using namespace std::chrono_literals;

constexpr std::size_t kMaxFile = 4 << 20;  // bytes of a config file

const KeySet kKeys{{"listen",
                    "tls",
                    "insecure",
                    "external_url",
                    "data",
                    "rules",
                    "limits",
                    "journal",
                    "dedup",
                    "ces",
                    "json",
                    "smn",
                    "sns",
                    "auth",
                    "log",
                    "route",
                    "receivers",
                    "heartbeat",
                    "inhibit_rules",
                    "time_intervals",
                    "mute_time_intervals",
                    "silences",
                    "sources",
                    "global",
                    "templates",
                    "self_monitoring"},
                   {"timezone", "tracing", "lateness"}};

// Reads one mapping of the file field by field. A field that is faulty or missing leaves its target
// unchanged.
class Section {
 public:
  Section(const Node& node, std::string name, const std::vector<std::string>& keys,
          Diagnostics& out)
      : node_(node), out_(out) {
    if (expect_kind(node, Kind::mapping, name, "a mapping", out))
      check_keys(node, {keys, {}}, name, out);
  }

  void size(const char* key, std::uint64_t& target, std::uint64_t least, std::uint64_t most) {
    if (const auto* n = node_.find(key))
      target = read_size(*n, key, least, most, out_).value_or(target);
  }
  void count(const char* key, std::uint64_t& target, std::uint64_t least, std::uint64_t most) {
    if (const auto* n = node_.find(key))
      target = read_count(*n, key, least, most, out_).value_or(target);
  }
  void duration(const char* key, Duration& target, Duration least, Duration most) {
    if (const auto* n = node_.find(key))
      target = read_duration(*n, key, least, most, out_).value_or(target);
  }
  void flag(const char* key, bool& target) {
    if (const auto* n = node_.find(key)) target = read_bool(*n, key, out_).value_or(target);
  }
  template <class Value>
  void choice(const char* key, Value& target,
              const std::vector<std::pair<std::string, Value>>& words) {
    const auto* n = node_.find(key);
    if (!n) return;
    std::vector<std::string> names;
    for (const auto& [word, value] : words) {
      if (n->is(Kind::string) && n->text == word) return void(target = value);
      names.push_back(word);
    }
    out_.error(n->place, fmt::format("\"{}\" must be one of {}, not {}", key,
                                     fmt::join(names, ", "), describe(*n)));
  }

 private:
  const Node& node_;
  Diagnostics& out_;
};

Limits read_limits(const Node& node, Diagnostics& out) {
  Limits limits;
  Section section(node, "limits",
                  {"body", "event", "header", "depth", "bodies", "connections", "header_timeout",
                   "body_timeout", "idle_timeout", "engine_lag"},
                  out);
  section.size("body", limits.body, 1 << 10, 1 << 30);
  section.size("event", limits.event, 1 << 10, 64 << 20);
  section.size("header", limits.header, 1 << 10, 1 << 20);
  section.count("depth", limits.depth, 1, 128);
  section.size("bodies", limits.bodies, 1 << 10, 1ULL << 40);
  section.count("connections", limits.connections, 1, 1000000);
  section.duration("header_timeout", limits.header_timeout, 100ms, 1h);
  section.duration("body_timeout", limits.body_timeout, 100ms, 1h);
  section.duration("idle_timeout", limits.idle_timeout, 100ms, 1h);
  section.duration("engine_lag", limits.engine_lag, 1s, 24h);
  if (limits.event > limits.body) {
    if (node.find("event")) {
      out.error(
          node.find("event")->place,
          fmt::format("\"event\" must not be more than \"body\" ({})", format_size(limits.body)));
    }
    limits.event = limits.body;
  }
  if (limits.bodies < limits.body) {
    if (node.find("bodies"))
      out.error(
          node.find("bodies")->place,
          fmt::format("\"bodies\" must hold at least one \"body\" ({})", format_size(limits.body)));
    limits.bodies = limits.body;
  }
  return limits;
}

Journal read_journal(const Node& node, Diagnostics& out) {
  Journal journal;
  Section section(node, "journal", {"keep", "retention", "max_size", "segment_size"}, out);
  section.choice<Journal::Keep>("keep", journal.keep,
                                {{"all", Journal::Keep::all}, {"matched", Journal::Keep::matched}});
  section.duration("retention", journal.retention, 1min, 24h * 3650);
  section.size("max_size", journal.max_size, 1 << 20, 1ULL << 50);
  section.size("segment_size", journal.segment_size, 64 << 10, 4ULL << 30);
  if (journal.max_size < 2 * journal.segment_size) {
    const auto* at = node.find("max_size") ? node.find("max_size") : node.find("segment_size");
    if (at)
      out.error(at->place, fmt::format("\"max_size\" must hold at least two segments of {}",
                                       format_size(journal.segment_size)));
  }
  return journal;
}

Dedup read_dedup(const Node& node, Diagnostics& out) {
  Dedup dedup;
  Section section(node, "dedup", {"window", "max"}, out);
  section.duration("window", dedup.window, 0s, 24h * 30);
  section.count("max", dedup.max, 1, 1000000000);
  return dedup;
}

Ces read_ces(const Node& node, Diagnostics& out) {
  Ces ces;
  Section(node, "ces", {"strict"}, out).flag("strict", ces.strict);
  return ces;
}

Silences read_silences(const Node& node, Diagnostics& out) {
  Silences silences;
  Section section(node, "silences", {"max_duration", "min_matchers"}, out);
  section.duration("max_duration", silences.max_duration, 1min, 24h * 3650);
  section.count("min_matchers", silences.min_matchers, 1, 16);
  return silences;
}

Log read_log(const Node& node, Diagnostics& out) {
  Log log;
  Section section(node, "log", {"level", "format"}, out);
  using log::Level;
  section.choice<Level>("level", log.level,
                        {{"debug", Level::debug},
                         {"info", Level::info},
                         {"warn", Level::warn},
                         {"error", Level::error}});
  section.choice<log::Style>("format", log.format,
                             {{"logfmt", log::Style::logfmt}, {"json", log::Style::json}});
  return log;
}

std::string read_external_url(const Node& node, Diagnostics& out) {
  auto url = read_string(node, "external_url", out).value_or("");
  const auto rest = url.substr(std::min(url.size(), url.find("://") + 3));
  const bool http = url.starts_with("http://") || url.starts_with("https://");
  const bool good = http && !rest.empty() && !rest.starts_with('/') &&
                    rest.find_first_of(" \"<>?#") == std::string::npos;
  if (good && has_bad_port(Url(url).authority))
    out.error(node.place, "\"external_url\" has a port that is none: ports go from 1 to 65535");
  if (!good && node.is(Kind::string))
    out.error(node.place,
              "\"external_url\" must be an http:// or https:// URL with a host and no query, not " +
                  describe(node));
  while (url.ends_with('/')) url.pop_back();
  return url;
}

class Reader {
 public:
  Reader(const Node& root, const std::string& path, const ReceiverKinds& kinds, Diagnostics& out)
      : root_(root), path_(path), kinds_(kinds), out_(out) {}

  Config read() {
    check_keys(root_, kKeys, "the config", out_);
    with("listen", [&](const Node& n) { listen(n); });
    with("tls", [&](const Node& n) { tls(n); });
    with("insecure",
         [&](const Node& n) { config_.insecure = read_bool(n, "insecure", out_).value_or(false); });
    with("external_url", [&](const Node& n) { config_.external_url = read_external_url(n, out_); });
    with("data", [&](const Node& n) { config_.data = path_of(n, "data"); });
    if (!root_.find("data")) config_.data = beside(path_, config_.data);
    with("rules", [&](const Node& n) { rules(n); });
    with("limits", [&](const Node& n) { config_.limits = read_limits(n, out_); });
    with("journal", [&](const Node& n) { config_.journal = read_journal(n, out_); });
    with("dedup", [&](const Node& n) { config_.dedup = read_dedup(n, out_); });
    with("ces", [&](const Node& n) { config_.ces = read_ces(n, out_); });
    config_.pushes = read_push_ingest(root_, config_.dedup.window, out_);
    with("auth", [&](const Node& n) { config_.auth = read_auth(n, config_.pushes->json, out_); });
    with("sources", [&](const Node& n) {
      config_.sources = std::make_shared<const std::vector<Source>>(read_sources(n, config_, out_));
    });
    with("heartbeat", [&](const Node& n) { config_.heartbeat = read_heartbeat(n, out_); });
    with("silences", [&](const Node& n) { config_.silences = read_silences(n, out_); });
    with("log", [&](const Node& n) { config_.log = read_log(n, out_); });
    client_certificates();
    routing();
    differences();
    exposure();
    return std::move(config_);
  }

 private:
  template <class Read>
  void with(const char* key, const Read& read) {
    if (const auto* node = root_.find(key)) read(*node);
  }

  void listen(const Node& node) {
    if (!read_string(node, "listen", out_)) return;
    auto address = parse_address(node.text);
    if (address)
      config_.listen = std::move(*address);
    else
      out_.error(node.place, address.error().message);
  }

  std::string path_of(const Node& node, const char* name) {
    const auto path = read_string(node, name, out_);
    if (path && path->empty())
      out_.error(node.place, fmt::format("\"{}\" is empty: write a path", name));
    return path ? beside(path_, *path) : "";
  }

  void tls(const Node& node) {
    if (!expect_kind(node, Kind::mapping, "tls", "a mapping with \"cert_file\" and \"key_file\"",
                     out_))
      return;
    check_keys(node,
               {{"cert_file", "key_file", "client_ca_file", "client_auth_type"},
                {"min_version", "cipher_suites"}},
               "tls", out_);
    auto& tls = config_.tls.emplace();
    for (const auto& [key, path] :
         {std::pair{"cert_file", &tls.cert_file}, std::pair{"key_file", &tls.key_file},
          std::pair{"client_ca_file", &tls.client_ca_file}}) {
      const auto* n = node.find(key);
      if (!n) continue;
      *path = path_of(*n, key);
      tls.places.by_key[key] = n->place;
    }
    if (const auto* n = node.find("client_auth_type")) client_auth_type(*n, tls);
    if (!node.find("cert_file") || !node.find("key_file"))
      out_.error(node.place, "tls needs \"cert_file\" and \"key_file\"");
  }

  // The values are those of Prometheus' web configuration.
  void client_auth_type(const Node& node, ListenTls& tls) {
    const auto word = read_string(node, "client_auth_type", out_).value_or("");
    tls.client_optional = word == "VerifyClientCertIfGiven";
    if (!tls.client_optional && word != "RequireAndVerifyClientCert" && node.is(Kind::string))
      out_.error(node.place, fmt::format("\"client_auth_type\" must be VerifyClientCertIfGiven or "
                                         "RequireAndVerifyClientCert, not {}",
                                         describe(node)));
    if (tls.client_ca_file.empty())
      out_.error(
          node.place,
          "\"client_auth_type\" goes with \"client_ca_file\": whose certificates are verified");
  }

  // Without client_ca_file the listener does not ask for certificates, so nobody could be
  // authenticated.
  void client_certificates() {
    const auto* node = root_.find("auth");
    if (node && asks_for_certificates(*config_.auth) &&
        !(config_.tls && !config_.tls->client_ca_file.empty()))
      out_.error(node->place,
                 "\"client_certificate\" needs tls: {client_ca_file: …, client_auth_type: "
                 "VerifyClientCertIfGiven}: nobody would be asked for one");
  }

  void rules(const Node& node) {
    config_.rules.emplace();
    for (const auto* path : read_strings(node, "rules", out_))
      config_.rules->push_back(path_of(*path, "rules"));
  }

  void routing() {
    const auto* receivers = root_.find("receivers");
    config_.receivers =
        receivers ? read_receivers(*receivers, kinds_, out_) : default_receivers(kinds_);
    std::vector<std::string> names;
    for (const auto& receiver : config_.receivers) names.push_back(receiver.name);
    config_.routing = read_routing(root_, names, out_);
    if (!receivers && config_.routing.by_default) config_.routing.root = console_routing().root;
    config_.route = config_.routing.root.receiver.value_or("");
    if (const auto* n = root_.find("self_monitoring")) self_monitoring(*n, names);
  }

  // Warns where an operator of Alertmanager would expect another behaviour.
  void differences() {
    const auto* templates = root_.find("templates");
    if (templates && !templates->items.empty())
      out_.warning(
          templates->place,
          "files of Go templates are not read: Alarum's own texts are used, or what \"title\", "
          "\"text\" and \"payload\" of a receiver say, in Mustache (docs/delivery.md)");
    const auto* route = root_.find("route");
    const auto* global = root_.find("global");
    const auto* timeout = global ? global->find("resolve_timeout") : nullptr;
    if (timeout)
      config_.resolve_timeout = read_duration(*timeout, "resolve_timeout", std::chrono::seconds(1),
                                              std::chrono::days(365), out_)
                                    .value_or(config_.resolve_timeout);
    if (global && route && !route->find("group_by"))
      out_.warning(route->place,
                   "the route has no \"group_by\": Alertmanager puts all alerts into one group "
                   "then, and here each is notified by itself; write group_by: [] for the one, "
                   "group_by: ['...'] for the other");
  }

  void self_monitoring(const Node& node, const std::vector<std::string>& receivers) {
    const auto name = read_string(node, "self_monitoring", out_);
    if (!name) return;
    config_.self_monitoring = *name;
    if (std::ranges::find(receivers, *name) == receivers.end())
      out_.error(
          node.place,
          fmt::format("\"self_monitoring\" names \"{}\", and there is no receiver of that name{}",
                      *name, did_you_mean(*name, receivers)));
  }

  void exposure() {
    const auto* node = root_.find("listen");
    const auto safe = check_exposure(config_.listen, config_.insecure, *config_.auth);
    if (node && !safe) out_.error(node->place, safe.error().message);
  }

  const Node& root_;
  const std::string& path_;
  const ReceiverKinds& kinds_;
  Diagnostics& out_;
  Config config_;
};

// `global` is copied into each receiver, so a fault in it is found several times.
void report_once(const Diagnostics& found, Diagnostics& out) {
  std::set<std::tuple<int, int, std::string>> said;
  for (const auto& one : found.sorted()) {
    if (!said.emplace(one.place.line, one.place.column, one.message).second) continue;
    if (one.level == Diagnostic::Level::error)
      out.error(one.place, one.message);
    else
      out.warning(one.place, one.message);
  }
}

}  // namespace

const Receiver& Config::receiver() const {
  const auto found = std::find_if(receivers.begin(), receivers.end(),
                                  [&](const auto& r) { return r.name == route; });
  return found == receivers.end() ? receivers.front() : *found;
}

std::vector<std::string> config_keys() {
  auto keys = kKeys.known;
  keys.insert(keys.end(), kKeys.unavailable.begin(), kKeys.unavailable.end());
  return keys;
}

std::shared_ptr<const std::vector<Source>> no_sources() {
  return std::make_shared<const std::vector<Source>>();
}

Config default_config(const ReceiverKinds& kinds) {
  Config config;
  config.receivers = default_receivers(kinds);
  return config;
}

std::optional<Config> parse(std::string_view text, const std::string& path,
                            const ReceiverKinds& kinds, Diagnostics& out) {
  Diagnostics found;
  auto root = parse_yaml(text, path, found);
  std::optional<Config> config;
  if (root && !root->is(Kind::mapping)) {
    found.error(root->place, fmt::format("the config is a mapping, not {}", describe(*root)));
  } else if (root) {
    const auto written = *root;
    const auto whole = with_global(std::move(*root), kinds, found);
    if (whole) config = Reader(*whole, path, kinds, found).read();
    if (whole && found.ok()) config->notifying = notifying_part(*whole, kinds);
    if (whole && found.ok()) config->shown = shown_text(written, kinds);
  }
  report_once(found, out);
  return found.ok() ? std::move(config) : std::nullopt;
}

std::optional<Config> read_file(const std::string& path, const ReceiverKinds& kinds,
                                Diagnostics& out) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kMaxFile + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad()) {
    out.error({path, 0, 0}, fmt::format("cannot be read: {}", std::strerror(errno)));
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() <= kMaxFile) return parse(text, path, kinds, out);
  out.error({path, 0, 0},
            fmt::format("is longer than the limit of {} for a config file", format_size(kMaxFile)));
  return std::nullopt;
}

}  // namespace alarum::config
