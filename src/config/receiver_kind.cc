#include "config/receiver_kind.h"

#include <algorithm>

namespace alarum::config {

const ReceiverKey* ReceiverKind::key(std::string_view wanted) const {
  const auto found = std::ranges::find(keys, wanted, &ReceiverKey::name);
  return found == keys.end() ? nullptr : &*found;
}

std::vector<std::string> ReceiverKind::key_names() const {
  std::vector<std::string> names;
  for (const auto& one : keys) {
    names.push_back(one.name);
    if (may_be_file(one.form)) names.push_back(one.name + "_file");
  }
  return names;
}

const ReceiverKind* kind_of_list(const ReceiverKinds& kinds, std::string_view list) {
  const auto has = [&](const ReceiverKind& kind) {
    return std::ranges::find(kind.lists, list, &ReceiverKind::List::key) != kind.lists.end();
  };
  const auto found = std::ranges::find_if(kinds, has);
  return found == kinds.end() ? nullptr : &*found;
}

}  // namespace alarum::config
