#include "config/sources.h"

#include <cctz/time_zone.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/fields.h"
#include "config/field_reader.h"
#include "config/push_ingest.h"
#include "config/secrets.h"

namespace alarum::config {
namespace {

using Kind = Node::Kind;

// Reads one entry of `sources`. Exactly one key says which kind it is.
class SourceReader {
 public:
  SourceReader(const Node& node, const Config& config, Diagnostics& out)
      : node_(node), config_(config), out_(out) {
    source_.event = {config.limits.event, config.limits.depth};
  }

  std::optional<Source> read() {
    const auto errors = out_.error_count();
    if (!kind()) return std::nullopt;
    lines();
    guards();
    if (const auto* n = node_.find("name"))
      source_.name = read_string(*n, "name", out_).value_or("");
    if (source_.name.empty() || source_.name.size() > 200)
      out_.error(node_.place, "the name of a source must have 1 to 200 characters");
    return out_.error_count() == errors ? std::optional(std::move(source_)) : std::nullopt;
  }

 private:
  using Read = void (SourceReader::*)(const Node&);
  static const std::pair<std::string, Read> kKinds[];

  bool kind();
  static std::string kinds();

  void keys(std::vector<std::string> own) {
    own.insert(own.end(), {"name"});
    check_keys(node_, {own, {}}, "source", out_);
  }

  void standard_input(const Node& node) {
    source_.kind = Source::Kind::standard_input;
    source_.name = "stdin";
    keys({"stdin", "format", "json", "timezone"});
    if (!read_bool(node, "stdin", out_).value_or(true))
      out_.error(node.place, "\"stdin\" is true; leave the entry out to read nothing from there");
  }

  void unix_socket(const Node& node) {
    source_.kind = Source::Kind::unix_socket;
    keys({"unix", "format", "json", "timezone", "connections"});
    const auto path = read_string(node, "unix", out_).value_or("");
    source_.path = beside(node.place.file, path);
    source_.name = "unix:" + source_.path;
    if (path.empty() || source_.path.size() > 107)
      out_.error(node.place, "\"unix\" must be a path of 1 to 107 bytes");
  }

  void address(const Node& node, const char* key) {
    const auto text = read_string(node, key, out_);
    const auto parsed = text ? parse_address(*text) : Address{};
    if (!parsed) return out_.error(node.place, parsed.error().message);
    source_.listen = *parsed;
    source_.name = fmt::format("{}:{}", key, source_.listen.text());
  }

  void tcp(const Node& node) {
    source_.kind = Source::Kind::tcp;
    keys({"tcp", "format", "json", "timezone", "connections", "tls", "handshake_timeout", "allow",
          "insecure"});
    address(node, "tcp");
    if (const auto* n = node_.find("tls")) tls(*n);
    if (const auto* n = node_.find("handshake_timeout"); n && !source_.tls)
      out_.error(n->place, "\"handshake_timeout\" goes with tls only");
    FieldReader(node_, "source", out_)
        .duration("handshake_timeout", source_.handshake, std::chrono::milliseconds(100),
                  std::chrono::minutes(5));
  }

  void udp(const Node& node) {
    source_.kind = Source::Kind::udp;
    keys({"udp", "format", "json", "timezone", "allow", "insecure"});
    address(node, "udp");
  }

  void file(const Node& node) {
    source_.kind = Source::Kind::file;
    keys({"file", "format", "json", "timezone"});
    const auto path = read_string(node, "file", out_).value_or("");
    source_.path = beside(node.place.file, path);
    source_.name = "file:" + source_.path;
    if (path.empty())
      out_.error(node.place, "\"file\" must be a path or a pattern such as /var/log/bmc/*.ndjson");
  }

  void cloud_eye(const Node&) {
    source_.kind = Source::Kind::cloud_eye;
    keys({"cloud_eye", "project_id", "access_key", "access_key_file", "secret_key",
          "secret_key_file", "every", "overlap", "backfill", "http_config"});
    source_.cloud_eye = read_cloud_eye(node_, config_.dedup.window, out_);
    source_.name = fmt::format("cloud_eye:{}", source_.cloud_eye->project);
  }

  void kafka(const Node&) {
    source_.kind = Source::Kind::kafka;
    keys(kafka_keys());
    source_.broker = read_kafka(node_, out_);
    name_of_broker("kafka");
  }

  void nats(const Node&) {
    source_.kind = Source::Kind::nats;
    keys(nats_keys());
    source_.broker = read_nats(node_, out_);
    name_of_broker("nats");
  }

  void mqtt(const Node&) {
    source_.kind = Source::Kind::mqtt;
    keys(mqtt_keys());
    source_.broker = read_mqtt(node_, out_);
    name_of_broker("mqtt");
  }

  // The first broker and the topics: `kafka:kafka-1:9092/bmc-events`.
  void name_of_broker(const char* kind) {
    const auto& broker = *source_.broker;
    source_.name = fmt::format(
        "{}:{}/{}", kind, broker.servers.empty() ? "" : broker.servers[0],
        broker.stream.empty() ? fmt::format("{}", fmt::join(broker.topics, ",")) : broker.stream);
    if (source_.name.size() > 200) source_.name.resize(200);
  }

  void sse(const Node&) {
    source_.kind = Source::Kind::sse;
    keys({"sse", "format", "json", "http_config", "idle_timeout", "log", "every"});
    FieldReader entry(node_, "source", out_);
    entry.url("sse", source_.url);
    read_http(entry, source_.http);
    // A query may have a secret, so the name has none.
    const auto& url = source_.url.reveal();
    source_.name = "sse:" + url.substr(0, url.find_first_of("?#"));
    entry.duration("idle_timeout", source_.idle_timeout, Duration(0), std::chrono::hours(24));
    bmcs_log(entry);
  }

  // For sources that read from a BMC: how often they look, and which log they read after a gap.
  void bmcs_log(FieldReader& entry) {
    entry.duration("every", source_.every, std::chrono::milliseconds(100), std::chrono::hours(24));
    entry.text("log", source_.log);
    const auto* log = node_.find("log");
    const auto* format = node_.find("format");
    if (log && source_.kind == Source::Kind::sse && !(format && format->text == "redfish"))
      out_.error(log->place, "\"log\" goes with format: redfish only");
    if (log && !source_.log.starts_with("/redfish/"))
      out_.error(log->place, fmt::format("\"log\" must be the path of a log service: "
                                         "/redfish/v1/Systems/1/LogServices/Log1, not \"{}\"",
                                         source_.log));
  }

  void redfish(const Node& node) {
    source_.kind = Source::Kind::redfish;
    keys({"redfish", "destination", "destination_file", "context", "log", "every", "http_config"});
    FieldReader entry(node_, "source", out_);
    entry.url("redfish", source_.url);
    entry.url("destination", source_.destination);
    read_http(entry, source_.http);
    const auto& url = source_.url.reveal();
    const auto host = url.find("://");
    if (host != std::string::npos && url.find_first_of("/?#", host + 3) != std::string::npos)
      out_.error(node.place, "\"redfish\" must be the BMC's URL without a path: https://bmc-7");
    source_.name = "redfish:" + url;
    source_.context = "alarum " + (host == std::string::npos ? url : url.substr(host + 3));
    entry.text("context", source_.context);
    bmcs_log(entry);
  }

  void tls(const Node& node) {
    if (!expect_kind(node, Kind::mapping, "tls", "a mapping with \"cert_file\" and \"key_file\"",
                     out_))
      return;
    check_keys(node, {{"cert_file", "key_file", "client_ca_file"}, {}}, "tls", out_);
    auto& tls = source_.tls.emplace();
    for (const auto& [key, into] :
         {std::pair{"cert_file", &tls.cert_file}, std::pair{"key_file", &tls.key_file},
          std::pair{"client_ca_file", &tls.client_ca_file}}) {
      const auto* n = node.find(key);
      const auto path = n ? read_string(*n, key, out_) : std::nullopt;
      if (path) *into = beside(n->place.file, *path);
    }
    if (tls.cert_file.empty() || tls.key_file.empty())
      out_.error(node.place, "tls needs \"cert_file\" and \"key_file\"");
  }

  void lines() {
    if (const auto* n = node_.find("format")) {
      const auto word = read_string(*n, "format", out_).value_or("cloudevents");
      if (word == "syslog" && source_.kind == Source::Kind::sse)
        out_.error(
            n->place,
            "an event stream has format: cloudevents or redfish (any other JSON: json: NAME)");
      if (word == "syslog")
        source_.format = LineFormat::syslog;
      else if (word == "redfish")
        source_.format = LineFormat::redfish;
      else if (word != "cloudevents")
        out_.error(n->place, fmt::format("\"format\" must be cloudevents, redfish or syslog, not "
                                         "{} (any other JSON: json: NAME)",
                                         describe(*n)));
    }
    if (const auto* n = node_.find("json")) {
      if (node_.find("format"))
        out_.error(n->place, "\"json\" names a mapping and \"format\" a format: one of both");
      source_.format = LineFormat::json;
      source_.json = read_string(*n, "json", out_).value_or("");
      if (!config_.pushes->json.contains(source_.json))
        out_.error(n->place,
                   fmt::format(
                       "there is no mapping \"{}\": add json: {{{}: {{…}}}} (docs/formats/json.md)",
                       source_.json, source_.json));
    }
    if (const auto* n = node_.find("timezone")) {
      source_.timezone = read_string(*n, "timezone", out_).value_or("UTC");
      cctz::time_zone zone;
      if (!cctz::load_time_zone(source_.timezone, &zone))
        out_.error(n->place,
                   fmt::format("\"{}\" is no time zone: write a name such as Asia/Shanghai",
                               source_.timezone));
      if (source_.format != LineFormat::syslog)
        out_.error(n->place, "\"timezone\" goes with format: syslog only");
    }
    if (const auto* n = node_.find("connections"))
      source_.connections = read_count(*n, "connections", 1, 100000, out_).value_or(1000);
  }

  // Lines have no authentication. So a source that other machines can reach needs `allow` or client
  // certificates, or must say `insecure`.
  void guards() {
    if (const auto* n = node_.find("allow")) {
      for (const auto* text : read_strings(*n, "allow", out_)) {
        if (const auto network = parse_network(text->text))
          source_.allow.push_back(*network);
        else
          out_.error(
              text->place,
              fmt::format("\"{}\" is no network: write 10.0.0.0/8 or 2001:db8::/32", text->text));
      }
    }
    bool insecure = config_.insecure;
    if (const auto* n = node_.find("insecure"))
      insecure = read_bool(*n, "insecure", out_).value_or(false);
    const bool network = source_.kind == Source::Kind::tcp || source_.kind == Source::Kind::udp;
    const bool certified = source_.tls && !source_.tls->client_ca_file.empty();
    if (!network || source_.listen.is_loopback() || !source_.allow.empty() || certified || insecure)
      return;
    out_.error(
        node_.place,
        fmt::format("{} can be reached from other machines: add allow: [10.0.0.0/8] (whose data is "
                    "taken){}, or write insecure: true",
                    source_.listen.text(),
                    source_.kind == Source::Kind::tcp ? ", or tls with a client_ca_file" : ""));
  }

  const Node& node_;
  const Config& config_;
  Diagnostics& out_;
  Source source_;
};

// All kinds (CONTRIBUTING.md, "How to add a source").
const std::pair<std::string, SourceReader::Read> SourceReader::kKinds[] = {
    {"stdin", &SourceReader::standard_input},
    {"unix", &SourceReader::unix_socket},
    {"tcp", &SourceReader::tcp},
    {"udp", &SourceReader::udp},
    {"file", &SourceReader::file},
    {"sse", &SourceReader::sse},
    {"redfish", &SourceReader::redfish},
    {"cloud_eye", &SourceReader::cloud_eye},
    {"kafka", &SourceReader::kafka},
    {"nats", &SourceReader::nats},
    {"mqtt", &SourceReader::mqtt}};

bool SourceReader::kind() {
  int found = 0;
  for (const auto& [key, take] : kKinds) {
    const auto* n = node_.find(key);
    if (!n) continue;
    if (++found == 1) (this->*take)(*n);
  }
  if (found != 1)
    out_.error(
        node_.place,
        fmt::format("an entry of sources needs exactly one of {}, to say where events come from",
                    kinds()));
  return found == 1;
}

// `stdin, unix or tcp`
std::string SourceReader::kinds() {
  std::string text;
  for (const auto& [key, take] : kKinds)
    text += (text.empty() ? "" : &key == &std::end(kKinds)[-1].first ? " or " : ", ") + key;
  return text;
}

// Whether both use the same port of the same host, or one of them uses it on all addresses. The
// kernel would refuse the second one.
bool clash(const Address& a, const Address& b) {
  const auto all = [](const Address& one) { return one.host == "0.0.0.0" || one.host == "::"; };
  const auto host = [](const Address& one) {
    return one.host == "localhost" ? std::string("127.0.0.1") : one.host;
  };
  return a.port != 0 && a.port == b.port && (host(a) == host(b) || all(a) || all(b));
}

bool clash(const Source& a, const Source& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == Source::Kind::unix_socket) return a.path == b.path;
  return (a.kind == Source::Kind::tcp || a.kind == Source::Kind::udp) && clash(a.listen, b.listen);
}

// Reports addresses that cannot be opened twice, with their place in the file. Otherwise the start
// would fail after a part of it was done.
void check_places(const Node& item, const Source& source, const std::vector<Source>& before,
                  const Config& config, Diagnostics& out) {
  if (source.kind == Source::Kind::tcp && clash(source.listen, config.listen))
    return out.error(item.place,
                     fmt::format("{} is where \"listen\" takes HTTP: give the source another port",
                                 source.listen.text()));
  const auto other =
      std::ranges::find_if(before, [&](const Source& one) { return clash(one, source); });
  if (other == before.end()) return;
  const auto& place = source.kind == Source::Kind::unix_socket ? source.path : source.listen.text();
  out.error(item.place, fmt::format("source \"{}\" is already at {}: give one of them another",
                                    other->name, place));
}

}  // namespace

std::vector<Source> read_sources(const Node& node, const Config& config, Diagnostics& out) {
  std::vector<Source> sources;
  if (!expect_kind(node, Kind::sequence, "sources", "a list of sources", out)) return sources;
  std::set<std::string> names;
  for (const auto& item : node.items) {
    if (!expect_kind(item, Kind::mapping, "sources", "a list of mappings", out)) continue;
    auto source = SourceReader(item, config, out).read();
    if (!source) continue;
    if (!names.insert(source->name).second)
      out.error(item.place, fmt::format("two sources are called \"{}\": give one another \"name\"",
                                        source->name));
    // Sources with the same name usually have the same address, and one error is enough.
    else
      check_places(item, *source, sources, config, out);
    sources.push_back(std::move(*source));
  }
  return sources;
}

}  // namespace alarum::config
