#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/node.h"
#include "rules/inventory.h"
#include "rules/rule_set.h"

namespace alarum::rules {

/// The `inventory` keys of all rule files, a later one in place of an earlier one of the same name,
/// and the file that they name.
class InventoryReader {
 public:
  /// One file's `inventory`. The node must outlive the reader.
  void note(const Node& section, Diagnostics& out);

  /// Never nullptr. The names become known even of what is broken, so that their uses are not
  /// reported as well.
  std::shared_ptr<Inventory> read(const Sources& sources, InventoryNames& names, Diagnostics& out);
  /// Once all rules are read.
  static void want(Inventory& inventory, const InventoryNames& names);

  /// The node that names the file; nullptr: none does.
  const Node* file() const { return file_; }

 private:
  class Loading;
  const Node* section_ = nullptr;  // the last one
  const Node *file_ = nullptr, *keys_ = nullptr, *shared_ = nullptr, *labels_ = nullptr,
             *annotations_ = nullptr;
};

}  // namespace alarum::rules
