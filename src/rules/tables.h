#pragma once
#include <map>
#include <memory>
#include <string>

#include "base/node.h"
#include "rules/rule_set.h"

namespace alarum::rules {

/// The tables of all files by name: their names are global.
class Tables {
 public:
  /// Reads the `tables` of one rule file, whose texts are among `sources.tables`.
  void read(const Node& tables, const Sources& sources, Diagnostics& out);

  /// nullptr and an error when there is no such table. A table that was named but could not be read
  /// gives nullptr only: that has been said already.
  std::shared_ptr<const Table> find(const Node& name, Diagnostics& out) const;

 private:
  struct Entry {
    Place place;
    std::shared_ptr<const Table> table;  // nullptr: broken
  };
  std::map<std::string, Entry> entries_;
};

/// Where a table is that a rule file names: relative to the folder of that file.
std::string table_path(const std::string& rule_file, const std::string& named);

/// read_sources has said why a file cannot be read, at the place that names it.
bool said_already(const Diagnostics& out, const Place& place);

/// One table text: CSV with a header line, or a YAML or JSON list of mappings of scalars, by the
/// ending of its name. An empty cell is no value. Every fault goes to `out`; nullptr when there is
/// one.
std::shared_ptr<const Table> parse_table(const Sources::File& file, const std::string& name,
                                         const Node& key, Diagnostics& out);

}  // namespace alarum::rules
