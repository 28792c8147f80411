#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alarum::config {

class FieldReader;
struct Integration;

/// A key of the entries of one kind, in addition to those that all kinds have.
struct ReceiverKey {
  enum class Form {
    value,
    nullable,   ///< null is the same as a missing key, as in Alertmanager
    transport,  ///< how it gets there (`http_config`), on which no message depends; nullable
    /// A secret, or the file that `NAME_file` names. `url`, `mail_url` and `nats_url` may be in
    /// files too.
    secret,
    url,
    mail_url,
    nats_url,
  };
  /// What the schema of the configuration says of its value (docs/schema/config.json).
  enum class Type { text, flag, number, duration, list, mapping, texts, language, any };
  std::string name;
  Form form = Form::value;
  Type type = Type::text;
};

/// One kind of receiver as far as a config is concerned. src/receivers has the list of all kinds.
/// The readers of a config get this list and know no kind by its name. Immutable; the list lives as
/// long as the process.
struct ReceiverKind {
  /// A list of entries in a receiver.
  struct List {
    std::string key;        ///< for example `webhook_configs`
    bool nullable = false;  ///< as in ReceiverKey
  };
  /// A value of Alertmanager's `global` that is used for entries that set neither `key` nor
  /// `instead`.
  struct Default {
    std::string global, key;
    std::string instead = {};  ///< another key with the same meaning; empty: none
  };
  /// How `alarum import alertmanager` converts an entry of Alertmanager's list of the same name.
  /// Keys that both have are copied; the rest is left out with a warning.
  struct Import {
    bool send_resolved = true;          ///< Alertmanager's default
    std::vector<std::string> required;  ///< an entry without them (or their `_file`) is left out
    bool confirmed_ends = false;  ///< ours closes at confirmed ends only, unless it says another
    /// Alertmanager's key of a template, and `title` or `text`
    std::vector<std::pair<std::string, std::string>> texts = {};
    std::string remark = {};  ///< a comment on each entry: what differs whatever it says
    /// Keys of the same name with another meaning: left out
    std::vector<std::string> differ = {};
  };

  std::string name;         ///< in names of targets, logs and metrics: `webhook`
  std::vector<List> lists;  ///< more than one: the same under Alertmanager's name
  std::vector<ReceiverKey> keys;
  std::vector<std::string> unavailable;  ///< keys of Alertmanager that this version does not have
  std::vector<Default> defaults;
  /// Reads the kind's own keys into an integration that has the common ones, `as` and the limits
  /// included. All keys are known by then.
  void (*read)(FieldReader&, Integration&) = nullptr;
  /// nullopt: Alertmanager has no such list, or import/receivers.cc converts it.
  std::optional<Import> import = {};

  /// nullptr: the kind has no such key.
  const ReceiverKey* key(std::string_view name) const;
  /// All keys as they may stand in a file, those with `_file` included.
  std::vector<std::string> key_names() const;
};
/// The lists of a receiver are read in this order.
using ReceiverKinds = std::vector<ReceiverKind>;

/// The kind of a list such as `webhook_configs`; nullptr if there is none.
const ReceiverKind* kind_of_list(const ReceiverKinds& kinds, std::string_view list);

/// Whether a key of this form may be replaced by `NAME_file`.
constexpr bool may_be_file(ReceiverKey::Form form) {
  return form == ReceiverKey::Form::secret || form == ReceiverKey::Form::url ||
         form == ReceiverKey::Form::mail_url || form == ReceiverKey::Form::nats_url;
}

}  // namespace alarum::config
