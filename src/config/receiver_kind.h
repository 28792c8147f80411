#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace alarum::config {

class FieldReader;
struct Integration;

/// A key that entries of one kind have, beside those that all kinds have.
struct ReceiverKey {
  enum class Form {
    value,
    nullable,   ///< null is as if it were not there: so Alertmanager reads it
    transport,  ///< how it gets there (`http_config`), on which no message depends; nullable
    secret,     ///< or the file that `NAME_file` names, as the URLs
    url,
    mail_url,
  };
  std::string name;
  Form form = Form::value;
};

/// One kind of receiver as a config says it. src/receivers has all of them; whoever reads a config
/// is given the table, and knows no kind by name.
struct ReceiverKind {
  struct List {
    std::string key;        ///< of a receiver: `webhook_configs`
    bool nullable = false;  ///< as in ReceiverKey
  };
  /// A value of `global`, as Alertmanager has it, for entries that say neither `key` nor `instead`.
  struct Default {
    std::string global, key;
    std::string instead = {};  ///< a key that says the same; empty: none
  };

  std::string name;         ///< in names of targets, logs and metrics: `webhook`
  std::vector<List> lists;  ///< more than one: the same under Alertmanager's name
  std::vector<ReceiverKey> keys;
  std::vector<std::string> unavailable;  ///< keys of Alertmanager's that this version does not have
  std::vector<Default> defaults;
  /// Reads the kind's own keys into an integration that has the common ones, `as` and the limits
  /// included. All keys are known by then.
  void (*read)(FieldReader&, Integration&) = nullptr;

  const ReceiverKey* key(std::string_view name) const;
  /// The keys as they stand in a file, those with `_file` too.
  std::vector<std::string> key_names() const;
};
/// In the order in which the lists of a receiver are read.
using ReceiverKinds = std::vector<ReceiverKind>;

/// The kind of a list, `webhook_configs`; nullptr: there is none.
const ReceiverKind* kind_of_list(const ReceiverKinds& kinds, std::string_view list);

/// Whether `NAME_file` may stand in its place.
constexpr bool may_be_file(ReceiverKey::Form form) {
  return form == ReceiverKey::Form::secret || form == ReceiverKey::Form::url ||
         form == ReceiverKey::Form::mail_url;
}

}  // namespace alarum::config
