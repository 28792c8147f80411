#include "correlate/key_limits.h"

namespace alarum::correlate {

void KeyLimits::review(const std::function<std::size_t(const std::string& rule)>& keys_of) {
  std::erase_if(names_, [&](const std::string& name) {
    const auto limit = limits_.find(name);
    return limit == limits_.end() || keys_of(name) * 10 <= limit->second * 9;
  });
}

void KeyLimits::save(ByteWriter& out) const {
  out.number(names_.size());
  for (const auto& name : names_) {
    out.text(name);
    out.number(limits_.at(name));
  }
}

KeyLimits KeyLimits::load(ByteReader& in) {
  KeyLimits limits;
  for (auto n = in.count(); n > 0; --n) {
    const std::string name(in.text());
    limits.names_.insert(name);
    limits.limits_[name] = in.number();
  }
  return limits;
}

}  // namespace alarum::correlate
