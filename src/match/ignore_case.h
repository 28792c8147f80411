#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace alarum::match {

/// A text to compare with others without regard to case, in EventBridge's way: each character of
/// this text stands for its lower-case form or its upper-case form (`straße` equals `STRASSE`). The
/// two texts are not folded. The forms of characters beyond ASCII are those of Unicode 14
/// (UnicodeData.txt and the unconditional part of SpecialCasing.txt; case_pairs.inc).
///
/// Immutable; any thread. Cost of a comparison: the length of this text, times the few places at
/// which forms of different lengths can end. Both texts must be valid UTF-8.
class IgnoreCase {
 public:
  explicit IgnoreCase(std::string_view text);
  /// Whether all of `text`, its beginning, or its end is a form of this text.
  bool equals(std::string_view text) const;
  bool begins(std::string_view text) const;
  bool ends(std::string_view text) const;

 private:
  // The two forms of one character, in UTF-8; equal if it has no case.
  struct Forms {
    std::string lower, upper;
  };
  std::vector<Forms> characters_;
};

}  // namespace alarum::match
