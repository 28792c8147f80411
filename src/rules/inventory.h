#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rules/inventory_rows.h"

namespace alarum::rules {

/// What the rule files and the inventory file say about servers (docs/rules.md "Inventory"): which
/// server an event is about, under whatever name it was reported, and what is known about that
/// server.
///
/// InventoryReader makes it; the RuleSet owns it. Immutable once the rules are compiled, and shared
/// by all threads. If no rule file has an `inventory`, it has no rows and the one name `server`.
class Inventory {
 public:
  /// The column of a name that is no column of the file.
  static constexpr std::size_t kNoColumn = ~std::size_t{0};

  /// A name that rules may read. Its value is the leaf `#inventory.<name>`, which no event can have
  /// itself.
  struct Name {
    std::string text, leaf;          ///< the name, and leaf_of() of it
    std::size_t column = kNoColumn;  ///< kNoColumn: the file has none of that name
    /// Indexes into reads(): the paths at which the event itself may have the value, as a field or
    /// label, and as an annotation of an alert.
    std::size_t own = 0, annotation = 0;
    bool wanted = false;                    ///< whether some rule reads it
    bool label = false, annotated = false;  ///< whether alerts get it as label, as annotation
  };
  /// One way to find a row: the value at a path of the event is looked up in a column.
  struct Key {
    std::string column;
    std::size_t path = 0;   ///< index into reads()
    std::size_t index = 0;  ///< of rows()
    bool shared = false;    ///< several servers may have the same value
  };
  /// A label that alerts carry, and the index by which it leads back to rows.
  struct LabelKey {
    std::size_t name = 0;   ///< index into names()
    std::size_t index = 0;  ///< number of an index of rows()
  };
  /// The paths that every look-up may read. They are the first ones of reads(), in this order.
  enum Fixed : std::size_t { kFormat, kSubject, kSource, kLabelsSource, kFixed };

  static constexpr const char* kServer = "server";
  /// The path of the leaf that has a name's value.
  static std::string leaf_of(const std::string& name) { return "#inventory." + name; }

  const InventoryRows& rows() const { return rows_; }
  const std::vector<Name>& names() const { return names_; }
  /// The name `server`, which every inventory has.
  const Name& server() const { return names_.front(); }
  /// In the order in which they are tried.
  const std::vector<Key>& keys() const { return keys_; }
  const std::vector<LabelKey>& label_keys() const { return label_keys_; }  ///< `server` first
  /// All paths that a look-up may read. The other members refer to them by index.
  const std::vector<std::string>& reads() const { return reads_; }
  bool empty() const { return rows_.size() == 0; }

  /// For an alert that is not about one server: the labels (or annotations) on which all rows agree
  /// that have the same inventory labels as the alert. One look-up for each label.
  std::map<std::string, std::string> agreed_labels(
      const std::map<std::string, std::string>& labels) const;
  std::map<std::string, std::string> agreed_annotations(
      const std::map<std::string, std::string>& labels) const;

  /// What `GET /api/v1/inventory` shows about the file.
  struct About {
    std::string path;    ///< empty: no rule file names one
    std::string sha256;  ///< of the file
    std::vector<std::string> columns;
    std::size_t rows = 0;
    std::size_t doubles = 0;  ///< rows with a key's value that another row has: it finds neither
    std::vector<std::string> faults;  ///< warnings, at most 20 of each kind
  };
  const About& about() const { return about_; }

 private:
  friend class InventoryReader;
  template <class Put>
  void agreed(const std::map<std::string, std::string>& labels, const Put& put) const;

  InventoryRows rows_;
  std::vector<Name> names_;
  std::vector<Key> keys_;
  std::vector<LabelKey> label_keys_;
  std::vector<std::string> reads_;
  About about_;
};

/// What Names needs to know while the rules are read.
struct InventoryNames {
  std::set<std::string> known{Inventory::kServer};
  std::set<std::string> wanted;  ///< those that some rule reads; filled by Names::resolve()
};

}  // namespace alarum::rules
