#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/fields.h"
#include "config/push_ingest.h"

namespace alarum::config {
namespace {

using Kind = Node::Kind;

std::optional<std::string> unescaped(std::string_view part) {
  std::string out;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const bool escape = part[i] == '~';
    if (escape && (i + 1 == part.size() || (part[i + 1] != '0' && part[i + 1] != '1')))
      return std::nullopt;
    out += !escape ? part[i] : part[++i] == '0' ? '~' : '/';
  }
  return out;
}

// Reads the mapping of one source, key by key.
class MappingReader {
 public:
  MappingReader(const Node& node, Diagnostics& out) : node_(node), out_(out) {}

  JsonSource read() {
    JsonSource source;
    check_keys(node_,
               {{"items", "id", "source", "type", "subject", "time", "severity", "status",
                 "severity_words", "status_words"},
                {}},
               "json", out_);
    if (const auto* n = node_.find("items")) {
      if (const auto pointer = read_pointer(*n, "items", out_))
        source.items = From{From::Kind::body, *pointer, n->text};
    }
    for (const auto& [key, into] :
         std::initializer_list<std::pair<const char*, From*>>{{"id", &source.id},
                                                              {"source", &source.source},
                                                              {"type", &source.type},
                                                              {"subject", &source.subject},
                                                              {"time", &source.time},
                                                              {"severity", &source.severity},
                                                              {"status", &source.status}}) {
      if (const auto* n = node_.find(key)) *into = from(*n, key);
    }
    if (source.id.kind == From::Kind::value)
      out_.error(node_.find("id")->place,
                 fmt::format("\"id\" is \"{}\" for every event, so that all but the first would be "
                             "duplicates: point to what distinguishes them (id: /alert/id, or "
                             "{{header: X-Delivery}}), or leave \"id\" out",
                             source.id.text));
    warn_of_two_as_one(source);
    words("severity_words", source.severity, source.severity_words,
          "critical, major, minor, warning or info",
          [](const std::string& word) { return model::parse_severity(word); });
    words("status_words", source.status, source.status_words, "firing or resolved",
          [](const std::string& word) -> std::optional<model::Status> {
            if (word == "firing") return model::Status::firing;
            return word == "resolved" ? std::optional(model::Status::resolved) : std::nullopt;
          });
    return source;
  }

 private:
  // If the id names an incident and not a message, the journal distinguishes two messages of one
  // incident by their content. If nothing in the content need differ, two occurrences become one
  // event.
  void warn_of_two_as_one(const JsonSource& source) {
    if (source.id.kind != From::Kind::item && source.id.kind != From::Kind::body) return;
    const auto& place = node_.find("id")->place;
    for (const auto& [key, other] :
         std::initializer_list<std::pair<const char*, const From*>>{{"source", &source.source},
                                                                    {"type", &source.type},
                                                                    {"subject", &source.subject},
                                                                    {"severity", &source.severity},
                                                                    {"status", &source.status}}) {
      if (other->kind != source.id.kind || other->pointer != source.id.pointer) continue;
      return out_.warning(
          place, fmt::format(
                     "\"id\" is {}, which is \"{}\" too, and so names what an event is about and "
                     "not the message: of two that say the same in a row the second is a "
                     "duplicate; point \"id\" to what each message has of its own, or leave it out",
                     source.id.text, key));
    }
    if (source.time.kind != From::Kind::nowhere && source.time.kind != From::Kind::value) return;
    out_.warning(
        place, fmt::format("\"id\" ({}) without \"time\": where it names an incident and the body "
                           "has no time, the same said twice in a row is one event; map \"time\" "
                           "to when it happened, or take the id from the delivery (id: {{header: "
                           "X-Delivery}}), or leave \"id\" out: then a retry counts twice",
                           source.id.text));
  }

  // `/pointer`, {body: /pointer}, {header: X-Name}, {value: text}
  From from(const Node& node, const char* key) {
    if (node.scalar()) {
      const auto pointer = read_pointer(node, key, out_);
      return pointer ? From{From::Kind::item, *pointer, node.text} : From{};
    }
    if (!node.is(Kind::mapping) || node.members.size() != 1) {
      out_.error(
          node.place,
          fmt::format(
              "\"{}\" must be a JSON Pointer, or a mapping with one of body, header and value",
              key));
      return {};
    }
    check_keys(node, {{"body", "header", "value"}, {}}, key, out_);
    const auto& [name, value] = node.members.front();
    if (name.text == "body") {
      const auto pointer = read_pointer(value, key, out_);
      return pointer ? From{From::Kind::body, *pointer, value.text} : From{};
    }
    const auto text = read_string(value, name.text, out_).value_or("");
    if (text.empty() && value.is(Kind::string))
      out_.error(value.place, fmt::format("\"{}\" of \"{}\" is empty", name.text, key));
    return {name.text == "header" ? From::Kind::header : From::Kind::value, {}, text};
  }

  template <class Word, class Parse>
  void words(const char* key, const From& used_by, std::map<std::string, Word>& into,
             const char* accepted, const Parse& parse) {
    const auto* node = node_.find(key);
    if (!node || !expect_kind(*node, Kind::mapping, key,
                              "a mapping of the sender's words to Alarum's words", out_))
      return;
    for (const auto& [theirs, ours] : node->members) {
      const auto word = ours.is(Kind::string) ? parse(ours.text) : std::nullopt;
      if (word)
        into[lowered(theirs.text)] = *word;
      else
        out_.error(ours.place, fmt::format("\"{}\" of \"{}\" must be {}, not {}", theirs.text, key,
                                           accepted, describe(ours)));
    }
    if (used_by.kind == From::Kind::nowhere)
      out_.error(node->place, fmt::format("\"{}\" without \"{}\": say where the word stands", key,
                                          std::string(key).substr(0, std::string(key).find('_'))));
  }

  const Node& node_;
  Diagnostics& out_;
};

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.');
  });
}

}  // namespace

std::optional<std::vector<std::string>> read_pointer(const Node& node, const char* key,
                                                     Diagnostics& out) {
  std::vector<std::string> parts;
  const bool text = node.is(Kind::string) && (node.text.empty() || node.text.front() == '/');
  for (std::size_t at = 0; text && at < node.text.size();) {
    const auto end = std::min(node.text.find('/', at + 1), node.text.size());
    const auto part = unescaped(std::string_view(node.text).substr(at + 1, end - at - 1));
    if (!part) break;
    parts.push_back(*part);
    at = end;
    if (at == node.text.size()) return parts;
  }
  if (text && node.text.empty()) return parts;
  out.error(
      node.place,
      fmt::format(
          "\"{}\" must be a JSON Pointer, as \"/alert/host\" (\"~0\" is ~ and \"~1\" is /), not {}",
          key, describe(node)));
  return std::nullopt;
}

std::map<std::string, JsonSource> read_json_sources(const Node& node, Diagnostics& out) {
  std::map<std::string, JsonSource> sources;
  if (!expect_kind(node, Kind::mapping, "json", "a mapping of names to sources", out))
    return sources;
  for (const auto& [name, value] : node.members) {
    if (!is_name(name.text))
      out.error(
          name.place,
          fmt::format(
              "the name \"{}\" of a json source must have 1 to 64 letters, digits, -, _ and .",
              name.text));
    else if (expect_kind(value, Kind::mapping, name.text, "a mapping", out))
      sources[name.text] = MappingReader(value, out).read();
  }
  return sources;
}

}  // namespace alarum::config
