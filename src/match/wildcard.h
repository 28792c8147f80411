#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace alarum::match {

/// `bms-*-r0*`: `*` is any run of bytes, also none; `\*` and `\\` stand for themselves. Linear in the text for each `*`.
class Wildcard {
 public:
  explicit Wildcard(std::string_view pattern);
  bool fits(std::string_view text) const;
  const std::vector<std::string>& parts() const { return parts_; }

 private:
  std::vector<std::string> parts_;  ///< what stands between the stars; one part: no star
};

}  // namespace alarum::match
