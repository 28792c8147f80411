// What of a correlator outlives a reload or a restart.
#include <algorithm>
#include <cstdlib>

#include "correlate/correlator.h"

namespace alarum::correlate {
namespace {

constexpr std::size_t kAllAtOnce = 1 << 20;

}  // namespace

std::vector<Decision> Correlator::apply(const rules::RuleSet& rules, Time now) {
  while (!saving_ && !tidy(kAllAtOnce)) {
  }
  std::vector<Decision> out;
  decltype(memories_) kept;
  for (const auto& rule : rules.rules) {
    if (rule.condition == rules::Condition::each || rule.gather) continue;
    const auto found = memories_.find(rule.alert);
    const bool same =
        found != memories_.end() && found->second->signature() == RuleState::signature_of(rule);
    kept[rule.alert] = same ? std::move(found->second) : std::make_unique<RuleState>(rule);
  }
  for (auto& [name, memory] : memories_) {
    if (!memory) continue;
    if (memory->silent) {
      out.push_back({Decision::Kind::closes,
                     &rules::source_silent(),
                     {"rule=" + name, {{"rule", name}}},
                     now,
                     now,
                     {},
                     model::EndReason::rule_changed,
                     1,
                     true});
    }
    drop(std::move(memory));
  }
  memories_ = std::move(kept);
  std::erase_if(degraded_, [&](const std::string& name) {
    return std::none_of(rules.rules.begin(), rules.rules.end(),
                        [&](const auto& r) { return r.alert == name; });
  });
  for (const auto& rule : rules.rules) {
    auto* memory = memory_of(rule);
    if (!memory) continue;
    const auto& before = memory->rule();
    memory->rebind(rule);
    expect_members(*memory, before, now, out);
    refit(*memory, before, now);
  }
  return out;
}

void Correlator::drop(std::unique_ptr<RuleState> memory) {
  if (memory->front != Time::max()) fronts_.erase(memory.get());
  dropped_.push_back(std::move(memory));
}

// Not before they are in the checkpoint that is being made.
bool Correlator::tidy(std::size_t keys) {
  if (dropped_.empty()) return true;
  if (!saving_ && dropped_.back()->drop_some(keys)) dropped_.pop_back();
  return dropped_.empty();
}

// What is due later than it was is found out when its time comes (run_next). What is due earlier
// are only keys that nothing happens to any more: they are forgotten when they would have been.
// Bins of another width must be filled anew.
void Correlator::refit(RuleState& memory, const rules::Rule& before, Time now) {
  const auto& rule = memory.rule();
  const auto terms = WindowTerms::of(rule);
  const bool retuned = WindowTerms::of(before) != terms;
  if (rule.condition == rules::Condition::absent && rule.absent != before.absent) {
    const auto old = std::exchange(memory.hearing, LastHeard(rule.absent));
    memory.slots().each([&](KeyState& slot) {
      will_change(slot);
      auto& absence = std::get<Absence>(slot.state);
      if (!absence.waits()) return;
      absence.last = old.counted(absence.last);
      memory.hearing.add(absence.last);
      schedule(slot);
    });
  } else if (retuned) {
    const auto live = memory.live();
    for (auto* slot : live) {
      will_change(*slot);
      slot->window()->retune(terms, now);
      schedule(*slot);
    }
  }
}

// Members that the table lists no more end, in the order of their keys; those that it lists are
// waited for.
void Correlator::expect_members(RuleState& memory, const rules::Rule& before, Time now,
                                std::vector<Decision>& out) {
  const auto& rule = memory.rule();
  if (rule.condition != rules::Condition::absent || !rule.expect) return;
  if (before.expect && before.expect->rows == rule.expect->rows &&
      memory.slots().size() == rule.expect->rows.size())
    return;
  std::set<std::string> members, gone;
  for (const auto& [value, row] : rule.expect->rows)
    members.insert(key_text(rule.by.front().label, value));
  memory.slots().each([&](const KeyState& slot) {
    if (!members.contains(slot.key)) gone.insert(slot.key);
  });
  for (const auto& key : gone) {
    auto& slot = *memory.find(key);
    will_change(slot);
    if (std::get<Absence>(slot.state).firing) {
      out.push_back({Decision::Kind::closes,
                     &rule,
                     {key, {}},
                     now,
                     now,
                     {},
                     model::EndReason::rule_changed,
                     1,
                     true});
    } else if (std::get<Absence>(slot.state).waits()) {
      memory.hearing.remove(std::get<Absence>(slot.state).last);
    }
    memory.erase(slot);
  }
  for (const auto& key : members) {
    if (memory.find(key)) continue;
    auto* slot = memory.find_or_add(key);
    if (!slot) return refuse(rule);
    heard(*slot, now);
    schedule(*slot);
  }
}

void Correlator::listen_anew(Time now) {
  for (const auto& [name, memory] : memories_) {
    if (memory->rule().condition == rules::Condition::absent) memory->hearing.anew(now, now);
  }
}

namespace {

// Each with its rule's number, from 1 on: 0 is the end.
void put(ByteWriter& out, KeyState& slot) {
  out.number(slot.memory->number + 1);
  out.text(slot.key);
  out.time(slot.due);
  if (const auto* window = slot.window()) {
    window->save(out);
  } else if (const auto* chain = std::get_if<SequenceState>(&slot.state)) {
    chain->save(out);
  } else {
    const auto& absence = std::get<Absence>(slot.state);
    out.time(absence.last);
    out.number((absence.firing ? 1U : 0U) + (absence.annulled ? 2U : 0U));
  }
  slot.memory->set_saved(slot);
}

// That are looked at in one part: most may be empty, or written before
constexpr std::size_t kBucketsAtOnce = 4'096;

}  // namespace

void Correlator::begin_save(ByteWriter& out) {
  if (saving_) save_rest();
  // emplace(): clang holds a nested class with initializers for not constructible
  saving_ = Saving{};
  out.number(degraded_.size());
  for (const auto& name : degraded_) {
    out.text(name);
    out.number(limits_.at(name));
  }
  out.number(memories_.size());
  std::size_t number = 0;
  for (const auto& [name, memory] : memories_) {
    out.text(name);
    out.text(memory->signature());
    out.number(memory->silent ? 1 : 0);
    out.number(memory->hearing.anews().size());
    for (const auto& one : memory->hearing.anews()) {
      out.time(one.until);
      out.time(one.at);
    }
    memory->number = number++;
    memory->begin_save();
    saving_->left.push_back(memory.get());
  }
}

bool Correlator::save_some(std::size_t bytes, ByteWriter& out) {
  if (!saving_) return true;
  out.bytes(saving_->aside.take());
  for (std::size_t seen = 0; seen < kBucketsAtOnce && out.size() < bytes && !saving_->left.empty();
       ++seen)
    save_bucket(out);
  if (!saving_->left.empty()) return false;
  out.number(0);
  saving_.reset();
  return true;
}

void Correlator::save_bucket(ByteWriter& out) {
  const auto& memory = *saving_->left.back();
  memory.slots().in_bucket(saving_->bucket, [&](KeyState& slot) {
    if (!memory.is_saved(slot)) put(out, slot);
  });
  if (++saving_->bucket < memory.slots().buckets()) return;
  saving_->left.pop_back();
  saving_->bucket = 0;
}

// So that all have the mark: the next save takes it for the opposite.
void Correlator::save_rest() {
  while (saving_ && !saving_->left.empty()) save_bucket(saving_->aside);
}

void Correlator::will_change(KeyState& slot) {
  if (!slot.memory->is_saved(slot)) put(saving_->aside, slot);
}

bool Correlator::restore(const rules::RuleSet& rules, std::uint64_t version, ByteReader& in,
                         bool others) {
  saving_.reset();
  fronts_.clear();
  memories_.clear();
  dropped_.clear();
  degraded_.clear();
  limits_.clear();
  for (auto n = in.count(); n > 0; --n) {
    const auto name = std::string(in.text());
    degraded_.insert(name);
    limits_[name] = in.number();
  }
  for (const auto& rule : rules.rules) {
    if (rule.condition != rules::Condition::each && !rule.gather)
      memories_[rule.alert] = std::make_unique<RuleState>(rule);
  }
  std::vector<SavedRule> saved;
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    const auto found = memories_.find(std::string(in.text()));
    const auto signature = in.text();
    const bool known = found != memories_.end() && found->second->signature() == signature;
    if (!known && !others) return false;
    const bool silent = in.number() != 0;
    std::vector<LastHeard::Anew> anews(version < 5 ? 0 : in.count());
    for (auto& one : anews) {
      one.until = in.time();
      one.at = in.time();
    }
    // A signature begins with its condition's number.
    saved.push_back({known ? found->second.get() : nullptr,
                     static_cast<rules::Condition>(std::atoi(std::string(signature).c_str()))});
    if (!known) continue;
    found->second->silent = silent;
    found->second->hearing.restore(std::move(anews));
  }
  for (auto number = in.number(); number > 0; number = in.number()) {
    if (!restore_slot(saved, number - 1, in)) return false;
  }
  return in.good();
}

bool Correlator::skip_slot(rules::Condition condition, ByteReader& in) {
  (void)in.text(), (void)in.time();
  if (condition == rules::Condition::sequence) {
    (void)SequenceState::load(in);
  } else if (condition == rules::Condition::absent) {
    (void)in.time(), (void)in.number();
  } else {
    Count().load(in);
  }
  return in.good();
}

bool Correlator::restore_slot(const std::vector<SavedRule>& saved, std::size_t number,
                              ByteReader& in) {
  if (number >= saved.size()) return false;
  if (!saved[number].memory) return skip_slot(saved[number].condition, in);
  auto& memory = *saved[number].memory;
  const std::string key(in.text());
  if (!in.good() || memory.find(key)) return false;
  auto* slot = memory.find_or_add(key);
  if (!slot) return false;
  const auto due = in.time();
  if (memory.rule().condition == rules::Condition::sequence) {
    slot->state = SequenceState::load(in);
  } else if (memory.rule().condition == rules::Condition::absent) {
    const auto last = in.time();
    const auto flags = in.number();
    const Absence absence{last, (flags & 1) != 0, (flags & 2) != 0};
    slot->state = absence;
    if (absence.waits()) memory.hearing.add(memory.hearing.counted(last));
  } else {
    slot->window()->load(in);
    memory.set_live(*slot, slot->window()->due().has_value());
  }
  arm(*slot, due);
  return true;
}

}  // namespace alarum::correlate
