#pragma once
#include <cstddef>
#include <string>

namespace alarum {

/// The name of the row that stands for all that have none of their own.
inline const std::string kOtherRows = "(others)";

/// The row of `name` in a map of counts by name: its own, or that of kOtherRows if `most` rows are
/// there and it has none, so that ever new names cannot fill the memory.
template <class Rows>
auto& row_of(Rows& rows, const std::string& name, std::size_t most) {
  return rows[rows.size() < most || rows.contains(name) ? name : kOtherRows];
}

}  // namespace alarum
