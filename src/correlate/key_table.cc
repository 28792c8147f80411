#include "correlate/key_table.h"

#include <utility>

#include "correlate/keys.h"

namespace alarum::correlate {

const KeyState* KeyTable::find_or_add(const std::string& key, std::size_t max_keys) {
  if (const auto* found = find(key)) return found;
  if (keys_.size() >= max_keys) return nullptr;
  auto& added = keys_.add(std::make_unique<KeyState>(key, initial_state(condition_)));
  added.mark_ = mark_;
  if (with_parts_) by_key_.insert(&added);
  return &added;
}

KeyState& KeyTable::modify(const KeyState& key) {
  auto& mine = own(key);
  if (mine.mark_ != mark_) save(mine, *changing_);
  return mine;
}

void KeyTable::erase(const KeyState& key) {
  auto& mine = modify(key);
  set_firing(mine, false);
  by_key_.erase(&mine);
  auto taken = keys_.take(mine);
  if (mine.entries_ == 0) return;
  mine.dead_ = true;
  mine.due_ = Time::max();
  retired_.emplace(&mine, std::move(taken));
}

std::vector<const KeyState*> KeyTable::parts(const std::string& key) const {
  std::vector<const KeyState*> out;
  const auto begin = parts_of(key);
  if (begin.empty()) return out;
  for (auto at = by_key_.lower_bound(std::string_view(begin));
       at != by_key_.end() && (*at)->key.starts_with(begin); ++at)
    out.push_back(*at);
  return out;
}

void KeyTable::set_firing(KeyState& key, bool firing) {
  if (std::exchange(key.firing_, firing) == firing) return;
  firing ? void(firing_.insert(&key)) : void(firing_.erase(&key));
}

void KeyTable::arm(const KeyState& key, Time due) {
  auto& mine = modify(key);
  const auto* window = window_of(mine.state);
  set_firing(mine, window && window->due());
  queue_.arm(mine, due);
}

std::optional<KeyTable::Due> KeyTable::next() const {
  Time due;
  const auto* key = queue_.next(due);
  return key ? std::optional(Due{due, key->key}) : std::nullopt;
}

const KeyState* KeyTable::pop() {
  auto* key = queue_.pop();
  if (!key || !key->dead_) return key;
  if (key->entries_ == 0) retired_.erase(key);
  return nullptr;
}

void KeyTable::begin_save(std::size_t number, ByteWriter& changing) {
  mark_ = !mark_;
  number_ = number;
  changing_ = &changing;
}

// Its rule's number counts from 1 on: 0 is the end.
void KeyTable::save(KeyState& key, ByteWriter& out) {
  out.number(number_ + 1);
  out.text(key.key);
  out.time(key.due_);
  correlate::save(key.state, out);
  key.mark_ = mark_;
}

bool KeyTable::save_bucket(std::size_t bucket, ByteWriter& out) {
  keys_.in_bucket(bucket, [&](KeyState& key) {
    if (key.mark_ != mark_) save(key, out);
  });
  return bucket + 1 < keys_.buckets();
}

const KeyState* KeyTable::load_key(ByteReader& in, std::size_t max_keys) {
  const std::string text(in.text());
  if (!in.good() || find(text)) return nullptr;
  const auto* key = find_or_add(text, max_keys);
  if (!key) return nullptr;
  const auto due = in.time();
  load(own(*key).state, in);
  arm(*key, due);
  return key;
}

void KeyTable::skip_key(rules::Condition condition, ByteReader& in) {
  (void)in.text(), (void)in.time();
  auto state = initial_state(condition);
  load(state, in);
}

bool KeyTable::drop_some(std::size_t most) {
  for (std::size_t i = 0; i < most && !by_key_.empty(); ++i) by_key_.erase(by_key_.begin());
  return keys_.drop_some(by_key_.empty() ? most : 0) && queue_.drop_some(most);
}

}  // namespace alarum::correlate
