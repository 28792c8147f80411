#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/node.h"
#include "model/event.h"

namespace alarum::config {

/// Where one value of an event comes from.
struct From {
  enum class Kind {
    nowhere,
    item,    ///< a JSON Pointer into the item
    body,    ///< a JSON Pointer into the whole body
    header,  ///< a header of the request
    value    ///< as written in the config
  };
  Kind kind = Kind::nowhere;
  std::vector<std::string> pointer;  ///< RFC 6901, decoded: member names and array indexes
  std::string text;                  ///< the header's name or the value; of a pointer, as it was written
};

/// `json: {NAME: …}`: how a body posted to `/ingest/json/NAME` becomes events.
struct JsonSource {
  std::optional<From> items;  ///< an array of the body, each element of which is an event; else the body is one
  From id, source, type, subject, time, severity, status;
  std::map<std::string, model::Severity> severity_words;  ///< the sender's words, in lower case
  std::map<std::string, model::Status> status_words;
};

/// What the config says of the routes that take other senders' formats. Immutable; a reload replaces it.
struct Pushes {
  std::map<std::string, JsonSource> json;
};

/// RFC 6901: "" or `/a/0/b~1c`. nullopt, and a fault, otherwise.
std::optional<std::vector<std::string>> read_pointer(const Node& node, const char* key, Diagnostics& out);
std::map<std::string, JsonSource> read_json_sources(const Node& node, Diagnostics& out);
/// The whole of it, from the config's root.
std::shared_ptr<const Pushes> read_pushes(const Node& root, Diagnostics& out);

}  // namespace alarum::config
