#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/matcher.h"

namespace alarum::api {

/// The parameters of a query string (application/x-www-form-urlencoded), decoded, in order.
class Query {
 public:
  explicit Query(std::string_view text);

  /// Error `bad_parameter`: there is one of another name.
  Result<void> only(std::initializer_list<std::string_view> names) const;
  std::vector<std::string> all(std::string_view name) const;
  /// The first of that name, else `otherwise`.
  std::string text(std::string_view name, std::string otherwise = "") const;
  /// `true`, `false`, `1`, `0`; `otherwise` where it is not given. Error `bad_parameter`.
  Result<bool> flag(std::string_view name, bool otherwise) const;
  Result<std::size_t> count(std::string_view name, std::size_t otherwise, std::size_t most) const;
  /// An offset, from 0; nothing where it is not given. Error `bad_parameter`.
  Result<std::optional<std::uint64_t>> offset(std::string_view name) const;
  /// A time (RFC 3339), or how long before `now`, as in 7d. Error `bad_parameter`.
  Result<Time> moment(std::string_view name, const std::string& otherwise, Time now) const;
  /// `limit`; nothing where it is not given. Error `bad_parameter`.
  Result<std::optional<std::size_t>> limit(std::size_t most) const;
  /// All matchers of all parameters of that name. Error `bad_matcher`.
  Result<model::Matchers> matchers(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

/// A whole text of digits; nullopt: it is something else, or too large.
std::optional<std::uint64_t> parse_offset(std::string_view text);

}  // namespace alarum::api
