#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fields.h"
#include "config/receiver.h"
#include "config/receiver_kind.h"

namespace alarum::config {

/// Reads one entry of a `*_configs` list field by field. The receiver kinds (src/receivers) read
/// their own keys with it. A field that is faulty or missing leaves its target unchanged. Every
/// fault goes to `out`, and none shows a value that may be a secret.
///
/// It borrows the node and lives while the entry is read, on one thread. Secret files are read
/// here, so it may block.
class FieldReader {
 public:
  FieldReader(const Node& node, std::string where, Diagnostics& out)
      : node_(node), where_(std::move(where)), out_(out) {}

  /// Reports unknown keys. `own`: the keys of this kind, without the common ones. `unavailable`:
  /// keys of Alertmanager that this version does not have.
  void keys(std::vector<std::string> own, std::vector<std::string> unavailable = {});
  /// The value of a key; nullptr if it is missing.
  const Node* find(const char* key) const { return node_.find(key); }

  void text(const char* key, std::string& into);
  /// A text that is sent as it is, so a template in it is an error.
  void plain_text(const char* key, std::string& into);
  void flag(const char* key, bool& into);
  /// A whole number, or a duration, from `least` to `most` inclusive.
  void count(const char* key, std::uint64_t& into, std::uint64_t least, std::uint64_t most);
  void duration(const char* key, Duration& into, Duration least, Duration most);
  void texts(const char* key, std::vector<std::string>& into);
  /// A secret in KEY or in the file that KEY_file names. It may be missing.
  void secret(const char* key, Secret& into);
  /// As secret(), but an error if both are missing.
  void required_secret(const char* key, Secret& into);
  /// An error if it is missing or empty.
  void required_text(const char* key, std::string& into);
  /// The index of the word in `words`. nullopt if the key is missing, or if it is none of them,
  /// which is an error.
  std::optional<std::size_t> choice(const char* key, const std::vector<std::string>& words);
  /// A required URL without user and password, in KEY or KEY_file. The elements of `schemes` end
  /// with `://`. It is a Secret because the path or query may have a token.
  void url(const char* key, Secret& into,
           const std::vector<std::string>& schemes = {"http://", "https://"});
  /// `language`: en or zh.
  void language(Words& into);
  /// `language`, `title` and `text`; the last two are checked as templates.
  void words(Words& into);

  /// Adds an error at the place of a node.
  void fault(const Node& at, std::string message) { out_.error(at.place, std::move(message)); }
  const Node& node() const { return node_; }
  const std::string& where() const { return where_; }
  Diagnostics& out() { return out_; }

 private:
  const Node& node_;
  const std::string where_;
  Diagnostics& out_;
};

/// The keys that entries of every kind have.
const std::vector<ReceiverKey>& common_keys();

/// Reads the keys that all kinds have: send_resolved, notify_ack, resolve_on, fallback, timeouts,
/// retry, rate_limit, concurrency.
void read_common(FieldReader& entry, Integration& into);
/// Reads `http_config`.
void read_http(FieldReader& entry, Http& into);
/// Whether an authority (RFC 3986 section 3.2, `host:port`) has a port that is not a number from 1
/// to 65535. False if there is no port, or an empty one.
bool has_bad_port(std::string_view authority);

/// Reads `proxy_url` or `proxy_url_file` of a mapping. `into` is unchanged if both are missing.
void read_proxy(const Node& node, Secret& into, Diagnostics& out);
/// Reads `tls_config` of an entry that has no `http_config`, such as one for mail.
void read_mail_tls(FieldReader& entry, Tls& into);

}  // namespace alarum::config
