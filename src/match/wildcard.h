#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alarum::match {

/// `bms-*-r0*`: `*` is any run of bytes, also none; `\*` and `\\` stand for themselves. Linear in
/// the text for each `*`.
class Wildcard {
 public:
  explicit Wildcard(std::string_view pattern);
  bool fits(std::string_view text) const;
  /// What stands between the stars; one part: no star.
  std::size_t parts() const { return parts_.size(); }
  std::string_view part(std::size_t number) const {
    return {text_.data() + parts_[number].at, parts_[number].size};
  }

 private:
  struct Part {
    std::uint32_t at = 0, size = 0;  // in text_
    std::uint32_t rarest = 0;        // which of its bytes few texts have
  };
  std::size_t find(std::string_view text, std::size_t number) const;

  std::string text_;
  std::vector<Part> parts_;
};

}  // namespace alarum::match
