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

/// What the rule files say of the inventory and what its file holds (docs/rules.md "Inventory"):
/// which server an event is of, whatever its reporter calls it, and what is known of that server.
/// Immutable once the rules are compiled. Without any inventory it has no rows, and the one name
/// `server`.
class Inventory {
 public:
  static constexpr std::size_t kNoColumn = ~std::size_t{0};

  /// A name that rules may read. Its value stands under the leaf `#inventory.<name>`.
  struct Name {
    std::string text, leaf;
    std::size_t column = kNoColumn;  ///< kNoColumn: the file has none of that name
    /// Into reads(): where the event itself may say it, and where an alert's annotation does
    std::size_t own = 0, annotation = 0;
    bool wanted = false;                    ///< some rule reads it
    bool label = false, annotated = false;  ///< it is put on alerts
  };
  /// One way to find a row.
  struct Key {
    std::string column;
    std::size_t path = 0;   ///< into reads()
    std::size_t index = 0;  ///< of rows()
    bool shared = false;    ///< the value is of several servers
  };
  /// Where alerts that carry the label say which rows they are about.
  struct LabelKey {
    std::size_t name = 0;  ///< into names()
    std::size_t index = 0;
  };
  /// Paths that every look-up may read: the first of reads().
  enum Fixed : std::size_t { kFormat, kSubject, kSource, kLabelsSource, kFixed };

  static constexpr const char* kServer = "server";
  /// The leaf of a name.
  static std::string leaf_of(const std::string& name) { return "#inventory." + name; }

  const InventoryRows& rows() const { return rows_; }
  const std::vector<Name>& names() const { return names_; }
  const Name& server() const { return names_.front(); }
  const std::vector<Key>& keys() const { return keys_; }
  const std::vector<LabelKey>& label_keys() const { return label_keys_; }  ///< `server` first
  const std::vector<std::string>& reads() const { return reads_; }
  bool empty() const { return rows_.size() == 0; }

  /// What all rows agree on that have these values of the inventory's labels: the labels, or the
  /// annotations, that they put on an alert. For alerts that are not of one server.
  std::map<std::string, std::string> agreed_labels(
      const std::map<std::string, std::string>& labels) const;
  std::map<std::string, std::string> agreed_annotations(
      const std::map<std::string, std::string>& labels) const;

  /// What `GET /api/v1/inventory` shows of it.
  struct About {
    std::string path;    ///< empty: no rule file names one
    std::string sha256;  ///< of the file
    std::vector<std::string> columns;
    std::size_t rows = 0;
    std::size_t doubles = 0;          ///< values of keys that several rows have: they find nothing
    std::vector<std::string> faults;  ///< warnings about it, bounded
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

/// What Names has to know of it while rules are read.
struct InventoryNames {
  std::set<std::string> known{Inventory::kServer};
  std::set<std::string> wanted;  ///< that some rule reads
};

}  // namespace alarum::rules
