#include "correlate/keyed_condition.h"

#include <algorithm>
#include <utility>

namespace alarum::correlate {

KeyedCondition::KeyedCondition(const rules::Rule& rule)
    : rule_(&rule),
      name_(rule.alert),
      signature_(signature_of(rule)),
      keys_(rule.condition, rule.by.size() > 1) {}

void KeyedCondition::take(model::Hit hit, Key& key, const Arrival& in, Context& context) {
  const bool ends = hit.role == model::Role::until, parts = has_parts(rule());
  auto& counts = context.counts;
  if (rule().expect && !keys_.find(key.text)) return void(++counts.not_expected);
  if (!ends && parts && is_over(key, in)) return void(++counts.already_recovered);
  const bool ended = ends && parts && end_parts(key, in, context);
  if (ends && !remembers_ends() && !keys_.find(key.text))
    return void(counts.nothing_to_end += !ended);
  const auto* found = keys_.find_or_add(key.text, rule().max_keys);
  if (!found) return context.refuse(rule());
  auto& state = keys_.modify(*found);
  if (ends)
    counts.nothing_to_end += !end(state, key, in, context) && !ended;
  else
    match(state, hit, key, in, context);
  settle(state, in.now());
}

void KeyedCondition::settle(const KeyState& key, Time now) {
  is_spent(key, now) ? keys_.erase(key) : schedule(key);
}

// Windows and sequences remember up to when they were ended, also of a whole that never had a match
// of its own.
bool KeyedCondition::is_over(const Key& key, const Arrival& in) const {
  return std::ranges::any_of(wholes_of(key.text), [&](std::string_view whole) {
    const auto* found = keys_.find(whole);
    return found && is_cleared(in.report.when, in.now(), cleared(*found));
  });
}

// True: something of them was ended.
bool KeyedCondition::end_parts(const Key& key, const Arrival& in, Context& context) {
  bool ended = false;
  for (const auto* part : keys_.parts(key.text)) {
    ended |= end(keys_.modify(*part), {part->key, labels_of(part->key)}, in, context);
    settle(*part, in.now());
  }
  return end_forgotten_parts(key, in, context) || ended;
}

void KeyedCondition::run_next(Context& context) {
  const auto now = keys_.next()->at;
  const auto* key = keys_.pop();
  if (!key) return;
  auto& state = keys_.modify(*key);
  // Where the rule's span became longer, or many are waited for again, nobody looked at each.
  if (const auto due = due_of(state); due > now) return keys_.arm(state, due);
  const auto next = run(state, now, context);
  next ? keys_.arm(state, *next) : keys_.erase(state);
}

void KeyedCondition::apply(const rules::Rule& rule, Time now, Context& context) {
  const auto& before = *std::exchange(rule_, &rule);
  changed(before, now, context);
}

void KeyedCondition::forget(const std::string& key) {
  if (const auto* found = keys_.find(key)) alert_ended(keys_.modify(*found));
}

bool KeyedCondition::load_key(ByteReader& in) {
  const auto* key = keys_.load_key(in, rule().max_keys);
  if (key) restored(*key);
  return key != nullptr;
}

// Derived names stand under `#<file>.name`; the file's number moves when files come and go, the
// name does not.
std::string KeyedCondition::signature_of(const rules::Rule& rule) {
  const auto plain = [](const std::string& path) {
    return path.starts_with('#') ? path.substr(path.find('.')) : path;
  };
  auto text = std::to_string(static_cast<int>(rule.condition)) + ' ' + plain(rule.distinct) + ' ' +
              std::to_string(rule.steps.size()) + '\n';
  // What their numbers stand for
  for (const auto& step : rule.steps) text += step.absent ? '!' : '.';
  for (const auto& [label, path] : rule.by) text += label + '=' + plain(path) + '\n';
  return text;
}

}  // namespace alarum::correlate
