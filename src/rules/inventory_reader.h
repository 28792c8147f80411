#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/node.h"
#include "rules/inventory.h"
#include "rules/rule_set.h"

namespace alarum::rules {

/// Reads the `inventory` keys of all rule files, and the file that they name. If two rule files
/// have the same key, the later one wins. It lives during one compilation, on its thread.
class InventoryReader {
 public:
  /// Notes the `inventory` section of one file. The node must outlive the reader.
  void note(const Node& section, Diagnostics& out);

  /// Makes the inventory; never nullptr. Faults go to `out`. The names of a faulty inventory become
  /// known in `names` too, so that rules that use them are not reported as well. Limits: 256
  /// columns, 16 keys, 8 labels, 8 annotations. Cost: linear in the file.
  std::shared_ptr<Inventory> read(const Sources& sources, InventoryNames& names, Diagnostics& out);
  /// Marks the names that some rule reads. Call it when all rules have been read.
  static void want(Inventory& inventory, const InventoryNames& names);

  /// The node that names the file; nullptr if none does.
  const Node* file() const { return file_; }

 private:
  class Loading;
  const Node* section_ = nullptr;  // of the last file that has one
  const Node *file_ = nullptr, *keys_ = nullptr, *shared_ = nullptr, *labels_ = nullptr,
             *annotations_ = nullptr;
};

}  // namespace alarum::rules
