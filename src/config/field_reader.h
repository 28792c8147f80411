#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fields.h"
#include "config/receiver.h"

namespace alarum::config {

/// One entry of a `*_configs` list, read field by field. A field that is wrong or not there leaves
/// what it would set as it is; every fault goes to `out`. No fault shows a value that may be a
/// secret.
class FieldReader {
 public:
  FieldReader(const Node& node, std::string where, Diagnostics& out)
      : node_(node), where_(std::move(where)), out_(out) {}

  /// The keys of this kind beside the common ones, and Alertmanager's that we do not have.
  void keys(std::vector<std::string> own, std::vector<std::string> unavailable = {});
  const Node* find(const char* key) const { return node_.find(key); }

  void text(const char* key, std::string& into);
  /// One that is sent as it stands: a template in it is an error.
  void plain_text(const char* key, std::string& into);
  void flag(const char* key, bool& into);
  void count(const char* key, std::uint64_t& into, std::uint64_t least, std::uint64_t most);
  void duration(const char* key, Duration& into, Duration least, Duration most);
  void texts(const char* key, std::vector<std::string>& into);
  /// A secret that may be left out.
  void secret(const char* key, Secret& into);
  /// One that may not.
  void required_secret(const char* key, Secret& into);
  void required_text(const char* key, std::string& into);
  /// The index of the word that stands there.
  std::optional<std::size_t> choice(const char* key, const std::vector<std::string>& words);
  /// A URL without user and password; `schemes` end with `://`.
  void url(const char* key, Secret& into,
           const std::vector<std::string>& schemes = {"http://", "https://"});
  void language(Words& into);
  /// And title and text.
  void words(Words& into);

  void fault(const Node& at, std::string message) { out_.error(at.place, std::move(message)); }
  const Node& node() const { return node_; }
  const std::string& where() const { return where_; }
  Diagnostics& out() { return out_; }

 private:
  const Node& node_;
  const std::string where_;
  Diagnostics& out_;
};

/// Reads what all kinds have: send_resolved, resolve_on, fallback, timeouts, retry, rate_limit,
/// concurrency.
void read_common(FieldReader& entry, Integration& into);
/// Reads `http_config`.
void read_http(FieldReader& entry, Http& into);
/// Whether what stands behind the host (`host:port`, RFC 3986 section 3.2) is no port from 1 to
/// 65535. No port at all is none that is bad.
bool has_bad_port(std::string_view authority);

/// Reads `proxy_url` of a mapping, or its `_file`; left as it is when neither is there.
void read_proxy(const Node& node, Secret& into, Diagnostics& out);
/// Reads `tls_config` of an entry that has no `http_config`.
void read_mail_tls(FieldReader& entry, Tls& into);

}  // namespace alarum::config
