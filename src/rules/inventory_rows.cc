#include "rules/inventory_rows.h"

#include <algorithm>
#include <functional>

namespace alarum::rules {

using Row = InventoryRows::Row;

Row InventoryRows::find(std::size_t index, std::string_view value) const {
  const auto& one = indexes_[index];
  const auto found = one.rows.find(value, [&](Row row) { return cell(row, one.column) == value; });
  return found.ambiguous ? kNone : found.row;
}

std::span<const Row> InventoryRows::several(std::size_t index, std::string_view value) const {
  const auto& one = indexes_[index];
  const auto found = one.rows.find(value, [&](Row row) { return cell(row, one.column) == value; });
  if (!found.ambiguous) return {};
  const auto rows = one.several.find(cells_[std::size_t{found.row} * width_ + one.column]);
  return rows == one.several.end() ? std::span<const Row>() : std::span<const Row>(rows->second);
}

std::size_t InventoryRows::bytes() const {
  auto bytes = texts_.capacity() + starts_.capacity() * sizeof(starts_[0]) +
               cells_.capacity() * sizeof(cells_[0]);
  for (const auto& index : indexes_) bytes += index.rows.bytes();
  return bytes;
}

RowsBuilder::RowsBuilder(std::size_t columns) : known_(1024) {
  rows_.width_ = columns;
  rows_.starts_ = {0, 0};
}

void RowsBuilder::add(std::span<const std::string> fields) {
  for (const auto& field : fields) rows_.cells_.push_back(id_of(field));
  ++rows_.size_;
}

std::uint32_t RowsBuilder::id_of(std::string_view text) {
  if (text.empty()) return 0;
  const auto mask = known_.size() - 1;
  auto at = std::hash<std::string_view>()(text) & mask;
  for (; known_[at] != 0; at = (at + 1) & mask) {
    if (rows_.text_of(known_[at]) == text) return known_[at];
  }
  const auto id = static_cast<std::uint32_t>(rows_.starts_.size() - 1);
  rows_.texts_ += text;
  rows_.starts_.push_back(static_cast<std::uint32_t>(rows_.texts_.size()));
  known_[at] = id;
  if (2 * rows_.starts_.size() > known_.size()) grow();
  return id;
}

void RowsBuilder::grow() {
  std::vector<std::uint32_t> known(known_.size() * 2);
  const auto mask = known.size() - 1;
  for (const auto id : known_) {
    if (id == 0) continue;
    auto at = std::hash<std::string_view>()(rows_.text_of(id)) & mask;
    while (known[at] != 0) at = (at + 1) & mask;
    known[at] = id;
  }
  known_ = std::move(known);
}

std::size_t RowsBuilder::add_size_of(std::size_t column) {
  const auto width = rows_.width_;
  std::vector<std::uint32_t> counts(rows_.starts_.size());
  for (Row row = 0; row < rows_.size_; ++row) ++counts[rows_.id_at(row, column)];
  HugeVector<std::uint32_t> cells;
  cells.reserve(rows_.size_ * (width + 1));
  for (Row row = 0; row < rows_.size_; ++row) {
    const auto* const old = &rows_.id_at(row, 0);
    cells.insert(cells.end(), old, old + width);
    cells.push_back(old[column] == 0 ? 0 : id_of(std::to_string(counts[old[column]])));
  }
  rows_.cells_ = std::move(cells);
  ++rows_.width_;
  sizes_.emplace_back(column, width);
  return width;
}

InventoryRows::Index& RowsBuilder::begin_index(std::size_t column) {
  std::vector<bool> seen(rows_.starts_.size());
  std::size_t different = 0;
  for (Row row = 0; row < rows_.size_; ++row) {
    const auto id = rows_.id_at(row, column);
    if (id == 0 || seen[id]) continue;
    seen[id] = true;
    ++different;
  }
  return rows_.indexes_.emplace_back(InventoryRows::Index{column, RowIndex(different), {}});
}

// Enters a row into the index. Returns the first row with the same value, or kNone if there is
// none.
Row RowsBuilder::enter(InventoryRows::Index& index, Row row, InventoryRows::Use use) {
  const auto id = rows_.id_at(row, index.column);
  const auto value = rows_.text_of(id);
  const auto same = [&](Row other) { return rows_.id_at(other, index.column) == id; };
  const auto found = index.rows.find(value, same);
  if (found.row == InventoryRows::kNone) {
    index.rows.put(value, {row, false}, same);
    return InventoryRows::kNone;
  }
  const auto first = found.row < rows_.size_ ? found.row : first_of_[found.row - rows_.size_];
  if (use == InventoryRows::Use::unique) {
    index.rows.put(value, {found.row, true}, same);
    auto& rows = index.several[id];
    if (!found.ambiguous) rows.push_back(first);
    if (!rows.empty()) rows.push_back(row);
    if (rows.size() > InventoryRows::kMostSeveral) rows.clear();
    rows_.has_several_ = true;
  } else {
    index.rows.put(value, {agreed(found.row, row), false}, same);
  }
  return first;
}

// The row of the cells that both have in common. A size is cleared with its value, because it would
// be the size of several values.
Row RowsBuilder::agreed(Row so_far, Row row) {
  auto at = so_far;
  if (so_far < rows_.size_) {
    at = static_cast<Row>(rows_.cells_.size() / rows_.width_);
    for (std::size_t i = 0; i < rows_.width_; ++i) {
      const auto id = rows_.id_at(so_far, i);
      rows_.cells_.push_back(id);
    }
    first_of_.push_back(so_far);
  }
  for (std::size_t i = 0; i < rows_.width_; ++i) {
    if (rows_.id_at(at, i) != rows_.id_at(row, i)) rows_.id_at(at, i) = 0;
  }
  for (const auto& [column, size] : sizes_) {
    if (rows_.id_at(at, column) == 0) rows_.id_at(at, size) = 0;
  }
  return at;
}

InventoryRows RowsBuilder::finish() && {
  rows_.texts_.shrink_to_fit();
  rows_.starts_.shrink_to_fit();
  rows_.cells_.shrink_to_fit();
  return std::move(rows_);
}

}  // namespace alarum::rules
