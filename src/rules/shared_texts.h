#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/node.h"
#include "base/result.h"

namespace alarum::rules {

/// The `texts` of all rule files: what templates put in with `{{> name}}`. A template or a text
/// finds a text of the file that it stands in, or else the only one that another file has by that
/// name. So a pack may share texts between its files, and two packs may use one name. It lives
/// during one compilation, on its thread.
class SharedTexts {
 public:
  /// Reads the `texts` section of one rule file. Faults go to `out`: names that are not legal
  /// labels, values that are not texts.
  void read(const Node& texts, Diagnostics& out);
  /// Puts texts into texts, once all files are read, and reports those that are no templates, each
  /// at its place. Names in them are judged where a rule uses the text.
  void settle(Diagnostics& out);

  /// The text with this name for a template in `file`, whole (Template::Partials). After settle().
  /// The error says that there is none, with a guess at what was meant, that two other files have
  /// one, or that the text is faulty.
  Result<std::string> find(std::string_view name, const std::string& file) const;

 private:
  struct Entry {
    Place place;
    std::string text;
    std::optional<Result<std::string>> whole = std::nullopt;  // once it is put together
    std::size_t depth = 0;  // of texts in texts, from 1 once it is being put together
  };
  Result<std::shared_ptr<Entry>> entry(std::string_view name, const std::string& file) const;
  Result<std::string> put_together(Entry& entry, std::size_t above) const;

  // By name; those of one name are in the order of the files, one of each file.
  std::map<std::string, std::vector<std::shared_ptr<Entry>>, std::less<>> entries_;
};

}  // namespace alarum::rules
