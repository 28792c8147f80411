#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alarum::match {

/// A pattern such as `bms-*-r0*`. A star stands for any number of bytes, also none; `\*` is a star
/// and `\\` a backslash. There is no other special character.
///
/// Immutable; any thread. fits() is linear in the text for each star: it finds the parts between
/// the stars from left to right and never goes back.
class Wildcard {
 public:
  /// The pattern parser has checked that a backslash is followed by a star or a backslash.
  explicit Wildcard(std::string_view pattern);
  /// Whether the whole text fits the pattern.
  bool fits(std::string_view text) const;
  /// The number of texts between the stars: one more than there are stars. A part may be empty.
  std::size_t parts() const { return parts_.size(); }
  std::string_view part(std::size_t number) const {
    return {text_.data() + parts_[number].at, parts_[number].size};
  }

 private:
  struct Part {
    std::uint32_t at = 0, size = 0;  // in text_
    std::uint32_t rarest = 0;        // the place of its byte that the fewest texts have
  };
  // The first place of a part in the text; npos if there is none. Linear in the text.
  std::size_t find(std::string_view text, std::size_t number) const;

  std::string text_;
  std::vector<Part> parts_;
};

}  // namespace alarum::match
