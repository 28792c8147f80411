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

/// A hash table from texts to row numbers. It is filled once and then only read. Open addressing, 8
/// bytes a place, at most three quarters in use; it does not grow. A look-up usually reads one
/// place and the row that it names. The texts themselves are in the rows: `same(row)` compares
/// them.
class RowIndex {
 public:
  static constexpr std::uint32_t kNone = 0x7FFFFFFF;  ///< rows are below this number

  /// `entries`: how many different texts will be put in.
  explicit RowIndex(std::size_t entries = 0) : slots_(entries + entries / 3 + 1) {}

  /// A row, and whether other rows have the same text (the row is the first of them).
  struct Entry {
    std::uint32_t row = kNone;
    bool ambiguous = false;
  };
  /// The entry of a text; `row` is kNone if there is none.
  template <class Same>
  Entry find(std::string_view key, const Same& same) const {
    const auto at = place(key, same);
    return slots_[at] == 0 ? Entry{} : entry_of(slots_[at]);
  }
  /// Puts the entry in the place of the one with the same text, if there is one.
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

/// The rows of an inventory, with each different text stored once and 4 bytes a cell. A fleet of a
/// million rows fits into memory in this way. RowsBuilder makes it; it is immutable from then on
/// and may be read by any thread.
class InventoryRows {
 public:
  using Row = std::uint32_t;
  static constexpr Row kNone = RowIndex::kNone;

  /// How a column is looked up.
  enum class Use : std::uint8_t {
    unique,  ///< a value that several rows have finds none of them
    agreed,  ///< a value that several rows have finds what they agree on
  };

  /// The row with this value in the column of the index; kNone if there is none. For Use::agreed it
  /// may be a row that is not in the file: it has the cells on which several rows agree.
  Row find(std::size_t index, std::string_view value) const;
  /// The rows that have the value, in their order, if find() returned kNone because there are
  /// several. Empty otherwise, and if there are more than kMostSeveral.
  std::span<const Row> several(std::size_t index, std::string_view value) const;
  /// Whether several() can return rows at all.
  bool has_several() const { return has_several_; }
  static constexpr std::size_t kMostSeveral = 16;
  /// The text of a cell; empty if there is no value. Valid as long as this object.
  std::string_view cell(Row row, std::size_t column) const {
    return text_of(cells_[std::size_t{row} * width_ + column]);
  }
  /// The number of rows in the file.
  std::size_t size() const { return size_; }
  /// The memory that it takes, for metrics and tests.
  std::size_t bytes() const;

 private:
  friend class RowsBuilder;
  struct Index {
    std::size_t column = 0;
    RowIndex rows;
    // By number of the text: the rows of a value that is not unique. Empty if more than
    // kMostSeveral.
    std::unordered_map<std::uint32_t, std::vector<Row>> several;
  };
  std::string_view text_of(std::uint32_t id) const {
    return std::string_view(texts_).substr(starts_[id], starts_[id + 1] - starts_[id]);
  }
  std::uint32_t& id_at(Row row, std::size_t column) {
    return cells_[std::size_t{row} * width_ + column];
  }

  std::size_t width_ = 0;
  // Rows of the file. Rows that several rows agree on follow them.
  std::size_t size_ = 0;
  // All different texts, one behind the other. Text 0 is the empty one.
  std::string texts_;
  std::vector<std::uint32_t> starts_;
  HugeVector<std::uint32_t> cells_;  // row by row
  std::vector<Index> indexes_;
  bool has_several_ = false;
};

/// Takes the rows of a file, builds indexes over their columns, and makes an InventoryRows of them.
/// It lives while one file is read, on that thread.
class RowsBuilder {
 public:
  explicit RowsBuilder(std::size_t columns);

  /// Adds a row. It must have as many fields as there are columns.
  void add(std::span<const std::string> fields);
  /// Appends a column that says how many rows have the same value of `column` as this row. Call it
  /// after all rows were added, and before the first index. Returns the number of the new column.
  std::size_t add_size_of(std::size_t column);

  /// Two rows with the same value: the first row that has it, and a later one.
  struct Double {
    InventoryRows::Row first = 0, second = 0;
  };
  /// Builds an index over a column and returns its number. Calls `on_double` for each row whose
  /// value an earlier row has.
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
  /// The finished rows; the builder is empty afterwards.
  InventoryRows finish() &&;

 private:
  std::uint32_t id_of(std::string_view text);
  InventoryRows::Index& begin_index(std::size_t column);
  InventoryRows::Row enter(InventoryRows::Index& index, InventoryRows::Row row,
                           InventoryRows::Use use);
  InventoryRows::Row agreed(InventoryRows::Row so_far, InventoryRows::Row row);
  void grow();

  InventoryRows rows_;
  // Hash table of the texts: their numbers; 0 is a free place.
  std::vector<std::uint32_t> known_;
  std::vector<std::pair<std::size_t, std::size_t>> sizes_;  // column, the column of its size
  // Of rows behind those of the file: the row that came first
  std::vector<std::uint32_t> first_of_;
};

}  // namespace alarum::rules
