#pragma once
#include <map>
#include <memory>
#include <string>

#include "base/node.h"
#include "rules/rule_set.h"

namespace alarum::rules {

/// The tables of all rule files by name; the names are global. One with `replaces: true` stands for
/// the one of that name in another file, whichever is read first. It lives during one compilation,
/// on its thread. Rules share the tables they use.
class Tables {
 public:
  /// Reads the `tables` section of one rule file. The texts are in `sources.tables`. Faults go to
  /// `out`.
  void read(const Node& tables, const Sources& sources, Diagnostics& out);

  /// After the last read(): tables that replace others take their places.
  void settle(Diagnostics& out);

  /// After settle(): the table with this name. nullptr and an error if there is none. nullptr
  /// without an error if the table was named but is faulty, because read() reported that.
  std::shared_ptr<const Table> find(const Node& name, Diagnostics& out) const;

 private:
  struct Entry {
    Node name;
    std::shared_ptr<const Table> table;  // nullptr: broken
  };
  using Entries = std::map<std::string, Entry>;

  std::shared_ptr<const Table> missing(const Node& name, std::string_view to_do,
                                       Diagnostics& out) const;

  Entries entries_, replacing_;
};

/// The path of a table that a rule file names: relative to the folder of that file.
std::string table_path(const std::string& rule_file, const std::string& named);

/// Whether `out` has a diagnostic at this place. read_sources() reports files that cannot be read,
/// at the place that names them; the compiler need not report them again.
bool said_already(const Diagnostics& out, const Place& place);

/// Reads the text of one table. The ending of the file's name decides: CSV with a header line, or a
/// YAML or JSON list of mappings of scalars. `key` names the key column, whose values must be
/// unique. Every fault goes to `out`; nullptr if there is one.
std::shared_ptr<const Table> parse_table(const Sources::File& file, const std::string& name,
                                         const Node& key, Diagnostics& out);

}  // namespace alarum::rules
