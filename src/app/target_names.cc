#include "app/target_names.h"

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "receivers/receiver.h"

namespace alarum::app {
namespace {

using Names = std::vector<std::string>;

std::string name_of(const std::string& receiver, const std::string& kind, std::size_t number) {
  return receiver + '/' + kind + '/' + std::to_string(number);
}

// The known name of a destination, among names of its receiver and kind that are not taken yet;
// `wished` if that is one of them. Empty if there is none.
std::string known_name(const Destinations& known, const std::string& destination,
                       const std::string& wished, const std::set<std::string>& taken) {
  const auto prefix = wished.substr(0, wished.rfind('/') + 1);
  std::string found;
  for (auto one = known.lower_bound(prefix); one != known.end() && one->first.starts_with(prefix);
       ++one) {
    if (one->second != destination || taken.contains(one->first)) continue;
    if (found.empty() || one->first == wished) found = one->first;
  }
  return found;
}

}  // namespace

std::string destination_of(const config::Integration& integration) {
  return sha256_hex(integration.kind + '\n' + integration.url.reveal() + '\n' +
                    receivers::receiver_of(integration).destination());
}

Names target_names(const config::Receiver& receiver, const Destinations& known) {
  const auto& all = receiver.integrations;
  Names names(all.size()), wished(all.size());
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < all.size(); ++i)
    wished[i] = name_of(receiver.name, all[i].kind, places[all[i].kind]++);
  std::set<std::string> taken;
  for (std::size_t i = 0; i < all.size(); ++i) {
    names[i] = known_name(known, destination_of(all[i]), wished[i], taken);
    if (!names[i].empty()) taken.insert(names[i]);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t free = 0; names[i].empty(); ++free) {
      const auto& name = free == 0 ? wished[i] : name_of(receiver.name, all[i].kind, free - 1);
      if (taken.insert(name).second) names[i] = name;
    }
  }
  return names;
}

}  // namespace alarum::app
