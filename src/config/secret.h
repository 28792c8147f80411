#pragma once
#include <ostream>
#include <string>
#include <utility>

namespace alarum::config {

/// A text that must not be shown. It prints as `<secret>`, so that no log line or message can have
/// it by accident; only reveal() returns the value. It does not protect the value in memory.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

  /// Not in constant time: to compare a secret from a request use same_secret() (base/crypto.h).
  friend bool operator==(const Secret&, const Secret&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "<secret>"; }

 private:
  std::string value_;
};

}  // namespace alarum::config
