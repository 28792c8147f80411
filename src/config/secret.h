#pragma once
#include <ostream>
#include <string>
#include <utility>

namespace alarum::config {

/// A text that is shown nowhere: it prints as `<secret>`, and its value is had by asking for it by
/// name.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

  friend bool operator==(const Secret&, const Secret&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "<secret>"; }

 private:
  std::string value_;
};

}  // namespace alarum::config
