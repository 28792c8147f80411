#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/huge_vector.h"

namespace alarum::rules {

/// A hash table of row numbers that is made once and only read afterwards: open addressing, 8 bytes
/// an entry, at most three of four in use. A lookup is one read of the table in most cases, and one
/// of the row that it names.
class RowIndex {
 public:
  static constexpr std::uint32_t kNone = 0x7FFFFFFF;

  explicit RowIndex(std::size_t entries = 0) : slots_(entries + entries / 3 + 1) {}

  /// The entry for which `same(row)` holds: a row below kNone, which may have been marked as
  /// ambiguous.
  struct Entry {
    std::uint32_t row = kNone;
    bool ambiguous = false;
  };
  template <class Same>
  Entry find(std::string_view key, const Same& same) const {
    const auto at = place(key, same);
    return slots_[at] == 0 ? Entry{} : entry_of(slots_[at]);
  }
  /// Puts the row in place of what stands there for the key.
  template <class Same>
  void put(std::string_view key, const Entry& entry, const Same& same) {
    slots_[place(key, same)] =
        std::uint64_t{hash_of(key)} << 32 | std::uint64_t{entry.ambiguous} << 31 | (entry.row + 1);
  }
  std::size_t bytes() const { return slots_.size() * sizeof(std::uint64_t); }

 private:
  __extension__ using Wide = unsigned __int128;
  static std::uint64_t wide_hash(std::string_view key) {
    return std::hash<std::string_view>()(key);
  }
  static std::uint32_t hash_of(std::string_view key) {
    return static_cast<std::uint32_t>(wide_hash(key));
  }
  static Entry entry_of(std::uint64_t slot) {
    return {static_cast<std::uint32_t>(slot & 0x7FFFFFFF) - 1, (slot >> 31 & 1) != 0};
  }

  template <class Same>
  std::size_t place(std::string_view key, const Same& same) const {
    const auto hash = wide_hash(key);
    auto at = static_cast<std::size_t>(static_cast<Wide>(hash) * slots_.size() >> 64);
    const auto tag = static_cast<std::uint32_t>(hash);
    while (slots_[at] != 0 && !(slots_[at] >> 32 == tag && same(entry_of(slots_[at]).row)))
      at = at + 1 == slots_.size() ? 0 : at + 1;
    return at;
  }

  HugeVector<std::uint64_t> slots_;  // 0: free; else the hash's lower half, the mark, the row + 1
};

/// The rows of an inventory, each different text stored once: 4 bytes a cell. Made by RowsBuilder
/// and immutable from then on.
class InventoryRows {
 public:
  using Row = std::uint32_t;
  static constexpr Row kNone = RowIndex::kNone;

  /// How a column is looked up.
  enum class Use : std::uint8_t {
    unique,  ///< a value that two rows have finds nothing
    agreed,  ///< a value that two rows have finds what all its rows agree on
  };

  /// The row of that value of a column that an index was made of; kNone: there is none.
  Row find(std::size_t index, std::string_view value) const;
  /// The rows that have it, in order, where `find` says that there is none because of several;
  /// empty: too many (kMostSeveral), or other than that.
  std::span<const Row> several(std::size_t index, std::string_view value) const;
  bool has_several() const { return has_several_; }
  static constexpr std::size_t kMostSeveral = 16;
  /// Empty: no value. Valid as long as this lives.
  std::string_view cell(Row row, std::size_t column) const {
    return text_of(cells_[std::size_t{row} * width_ + column]);
  }
  std::size_t size() const { return size_; }
  std::size_t bytes() const;

 private:
  friend class RowsBuilder;
  struct Index {
    std::size_t column = 0;
    RowIndex rows;
    // By text: rows of a value that is not unique; empty: more than kMostSeveral
    std::unordered_map<std::uint32_t, std::vector<Row>> several;
  };
  std::string_view text_of(std::uint32_t id) const {
    return std::string_view(texts_).substr(starts_[id], starts_[id + 1] - starts_[id]);
  }
  std::uint32_t& id_at(Row row, std::size_t column) {
    return cells_[std::size_t{row} * width_ + column];
  }

  std::size_t width_ = 0;
  // Rows of the file; what values of several rows agree on stands behind them
  std::size_t size_ = 0;
  // Every different text, one behind the other; text 0 is the empty one
  std::string texts_;
  std::vector<std::uint32_t> starts_;
  HugeVector<std::uint32_t> cells_;  // row by row
  std::vector<Index> indexes_;
  bool has_several_ = false;
};

/// Takes rows in and makes what looks them up.
class RowsBuilder {
 public:
  explicit RowsBuilder(std::size_t columns);

  /// As many fields as there are columns.
  void add(std::span<const std::string> fields);
  /// Adds a column: how many rows have the same value of `column` as this row. To be called after
  /// all rows were added and before any index.
  std::size_t add_size_of(std::size_t column);

  /// A value that several rows have: the first two of them.
  struct Double {
    InventoryRows::Row first = 0, second = 0;
  };
  /// Makes an index; its number. `on_double` is called for each further row of a value.
  template <class OnDouble>
  std::size_t add_index(std::size_t column, InventoryRows::Use use, const OnDouble& on_double) {
    auto& index = begin_index(column);
    for (InventoryRows::Row row = 0; row < rows_.size_; ++row) {
      if (rows_.id_at(row, column) == 0) continue;
      if (const auto first = enter(index, row, use); first != InventoryRows::kNone)
        on_double(Double{first, row});
    }
    return rows_.indexes_.size() - 1;
  }
  const InventoryRows& rows() const { return rows_; }
  InventoryRows finish() &&;

 private:
  std::uint32_t id_of(std::string_view text);
  InventoryRows::Index& begin_index(std::size_t column);
  InventoryRows::Row enter(InventoryRows::Index& index, InventoryRows::Row row,
                           InventoryRows::Use use);
  InventoryRows::Row agreed(InventoryRows::Row so_far, InventoryRows::Row row);
  void grow();

  InventoryRows rows_;
  std::vector<std::uint32_t> known_;                        // by hash: the text's number; 0: free
  std::vector<std::pair<std::size_t, std::size_t>> sizes_;  // column, the column of its size
  // Of rows behind those of the file: the row that came first
  std::vector<std::uint32_t> first_of_;
};

}  // namespace alarum::rules
