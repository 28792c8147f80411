#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace alarum::match {

/// A text that is compared without regard to case the way EventBridge does: character by character,
/// each as its lower or its upper case form (`straße` fits `STRASSE`), never by folding the two
/// texts.
class IgnoreCase {
 public:
  explicit IgnoreCase(std::string_view text);
  bool equals(std::string_view text) const;
  bool begins(std::string_view text) const;
  bool ends(std::string_view text) const;

 private:
  struct Forms {
    std::string lower, upper;
  };
  std::vector<Forms> characters_;
};

}  // namespace alarum::match
