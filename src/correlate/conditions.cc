#include "correlate/conditions.h"

#include <cstdlib>
#include <utility>

#include "correlate/absent_condition.h"
#include "correlate/plain_condition.h"
#include "correlate/sequence_condition.h"
#include "correlate/window_condition.h"

namespace alarum::correlate {
namespace {

constexpr std::size_t kAllAtOnce = 1 << 20;

std::unique_ptr<KeyedCondition> keyed_condition(const rules::Rule& rule) {
  switch (rule.condition) {
    case rules::Condition::distinct:
      return std::make_unique<DistinctCondition>(rule);
    case rules::Condition::sequence:
      return std::make_unique<SequenceCondition>(rule);
    case rules::Condition::absent:
      return std::make_unique<AbsentCondition>(rule);
    case rules::Condition::count:
    case rules::Condition::each:
    case rules::Condition::gather:  // neither has keys: has_keys()
      break;
  }
  return std::make_unique<CountCondition>(rule);
}

// Also where an exception ends what was begun.
struct Update {
  RuleQueue& queue;
  KeyedCondition* rule;
  ~Update() {
    if (rule) queue.update(*rule);
  }
};

bool has_keys(const rules::Rule& rule) {
  return rule.condition != rules::Condition::each && !rule.gather;
}

}  // namespace

void Conditions::apply(const rules::RuleSet& rules, Time now, Context& context) {
  while (!saving_ && !drop_retired(kAllAtOnce)) {
  }
  auto before = std::exchange(keyed_, {});
  for (const auto& rule : rules.rules) {
    if (!has_keys(rule)) continue;
    const auto found = before.find(rule.alert);
    const bool same =
        found != before.end() && found->second->signature() == KeyedCondition::signature_of(rule);
    keyed_[rule.alert] = same ? std::move(found->second) : keyed_condition(rule);
  }
  retire(before, now, context.out);
  number(rules);
  for (const auto& rule : rules.rules) {
    if (!has_keys(rule)) continue;
    auto& condition = *keyed_.at(rule.alert);
    condition.apply(rule, now, context);
    queue_.update(condition);
  }
}

void Conditions::retire(Keyed& rules, Time now, std::vector<Decision>& out) {
  for (auto& [name, rule] : rules) {
    if (!rule) continue;
    rule->leave(now, out);
    queue_.remove(*rule);
    retired_.push_back(std::move(rule));
  }
}

void Conditions::number(const rules::RuleSet& rules) {
  plain_.clear();
  by_number_.clear();
  for (const auto& rule : rules.rules) {
    auto& numbered = by_number_.emplace_back();
    if (has_keys(rule)) {
      numbered.condition = numbered.keyed = keyed_.at(rule.alert).get();
    } else if (!rule.gather) {
      numbered.condition = plain_.emplace_back(std::make_unique<PlainCondition>(rule)).get();
    }
  }
}

void Conditions::take(model::Hit hit, Key& key, const Arrival& in, Context& context) {
  const auto [condition, keyed] = by_number_.at(hit.rule);
  const Update after{queue_, keyed};
  if (condition) condition->take(hit, key, in, context);
}

KeyedCondition* Conditions::find(const std::string& rule) const {
  const auto found = keyed_.find(rule);
  return found == keyed_.end() ? nullptr : found->second.get();
}

void Conditions::listen_again(Time now) {
  for (const auto& [name, rule] : keyed_) rule->listen_again(now);
}

std::optional<Conditions::Due> Conditions::next() const {
  const auto* rule = queue_.front();
  if (!rule) return std::nullopt;
  const auto next = rule->keys().next();
  return Due{next->at, rule->name(), next->key};
}

void Conditions::run_next(Context& context) {
  auto& rule = *queue_.front();
  const Update after{queue_, &rule};
  rule.run_next(context);
}

std::size_t Conditions::size() const {
  std::size_t sum = 0;
  for (const auto& [name, rule] : keyed_) sum += rule->keys().size();
  return sum;
}

// Not before they are in the checkpoint that is being made.
std::map<std::string, std::size_t> Conditions::keys_by_rule() const {
  std::map<std::string, std::size_t> keys;
  for (const auto& [name, rule] : keyed_) keys.emplace_hint(keys.end(), name, rule->keys().size());
  return keys;
}

bool Conditions::drop_retired(std::size_t keys) {
  if (retired_.empty()) return true;
  if (!saving_ && retired_.back()->keys().drop_some(keys)) retired_.pop_back();
  return retired_.empty();
}

void Conditions::begin_save(ByteWriter& out) {
  if (saving_) saving_->finish();
  out.number(keyed_.size());
  std::vector<KeyTable*> tables;
  for (const auto& [name, rule] : keyed_) {
    out.text(name);
    out.text(rule->signature());
    const auto whole = rule->save_whole();
    out.number(whole.silent ? 1 : 0);
    out.number(whole.rearmed.size());
    for (const auto& one : whole.rearmed) {
      out.time(one.until);
      out.time(one.at);
    }
    tables.push_back(&rule->keys());
  }
  saving_ = std::make_unique<KeyWriter>(std::move(tables));
}

bool Conditions::save_some(std::size_t bytes, ByteWriter& out) {
  if (!saving_) return true;
  if (!saving_->write(bytes, out)) return false;
  out.number(0);
  saving_ = nullptr;
  return true;
}

bool Conditions::restore(const rules::RuleSet& rules, std::uint64_t version, ByteReader& in,
                         bool others) {
  *this = {};
  for (const auto& rule : rules.rules) {
    if (has_keys(rule)) keyed_[rule.alert] = keyed_condition(rule);
  }
  number(rules);
  std::vector<Saved> saved;
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    const auto rule = load_rule(version, in, others);
    if (!rule) return false;
    saved.push_back(*rule);
  }
  for (auto number = in.number(); number > 0; number = in.number()) {
    if (number > saved.size()) return false;
    const auto& [rule, condition] = saved[number - 1];
    if (!rule)
      KeyTable::skip_key(condition, in);
    else if (!rule->load_key(in))
      return false;
    if (!in.good()) return false;
  }
  for (const auto& [name, rule] : keyed_) queue_.update(*rule);
  return in.good();
}

// nullopt: damaged.
std::optional<Conditions::Saved> Conditions::load_rule(std::uint64_t version, ByteReader& in,
                                                       bool others) const {
  auto* rule = find(std::string(in.text()));
  const auto signature = in.text();
  if (rule && rule->signature() != signature) rule = nullptr;
  if (!rule && !others) return std::nullopt;
  KeyedCondition::Whole whole{in.number() != 0, {}};
  whole.rearmed.resize(version < 5 ? 0 : in.count());
  for (auto& one : whole.rearmed) {
    one.until = in.time();
    one.at = in.time();
  }
  if (rule) rule->restore_whole(std::move(whole));
  // A signature begins with its condition's number.
  return Saved{rule, static_cast<rules::Condition>(std::atoi(std::string(signature).c_str()))};
}

}  // namespace alarum::correlate
