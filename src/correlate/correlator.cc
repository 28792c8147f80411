#include "correlate/correlator.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/hash.h"

namespace alarum::correlate {
namespace {

// Bytes of a key's text: longer ones are parked, not remembered
constexpr std::size_t kMaxKey = 4096;
constexpr std::size_t kMostParked = 100;  // examples that are stored
const Annuls kAnnulsNothing;

// What counts for the rule, and may be annulled: not what ends something, not what is seen.
bool adds(const rules::Rule& rule, model::Hit hit) {
  if (hit.role == model::Role::step) return !rule.steps[hit.step].absent;
  return hit.role == model::Role::match && rule.condition != rules::Condition::absent;
}

Arrival arrival_of(const model::Event& event, const model::FlatEvent& flat, Correlator::Times times,
                   model::Stamp arrival) {
  const auto sender = fnv1a(event.source());
  const Report report{times.opens, arrival.at, std::string(event.source()),
                      event.time().value_or(times.opens - arrival.ahead)};
  auto ending = report;
  ending.when = times.ends;
  return {flat, report, std::move(ending), fnv1a(event.id(), sender),
          static_cast<std::uint32_t>(sender)};
}

}  // namespace

Context Correlator::context(const Annuls& annuls, std::vector<Decision>& out) {
  return {pairing_, counts_, limits_, annuls, out};
}

std::vector<Decision> Correlator::take(const rules::RuleSet& rules, const model::Event& event,
                                       const model::FlatEvent& flat, const model::Hits& hits,
                                       Times times, model::Stamp arrival, const Annuls& annuls,
                                       bool first) {
  pairing_.expire(arrival.at);
  if (first && (!event.time() || *event.time() + arrival.ahead != times.opens))
    ++counts_.time_replaced;
  const auto in = arrival_of(event, flat, times, arrival);
  std::vector<Decision> out;
  auto shared = context(annuls, out);
  for (const auto hit : hits.hits) {
    const auto& rule = rules.rules[hit.rule];
    const auto before = out.size();
    if (meter_) meter_->works_for(rule.alert);
    try {
      take_hit(rule, hit, in, shared);
    } catch (const std::exception& fault) {
      out.resize(before);
      ++counts_.parked;
      if (parked_.size() < kMostParked)
        parked_.push_back({std::string(event.id()), rule.alert, fault.what()});
    }
  }
  return out;
}

void Correlator::take_hit(const rules::Rule& rule, model::Hit hit, const Arrival& in,
                          Context& context) {
  std::size_t missing = 0;
  std::size_t dropped = 0;
  auto keys = keys_of(rule, in.flat, missing, dropped);
  const bool of_parts =
      hit.role == model::Role::until && has_parts(rule) && !keys.front().text.empty();
  if (!of_parts) counts_.by_missing += missing;
  counts_.instances_dropped += dropped;
  for (auto& key : keys) {
    if (key.text.size() > kMaxKey)
      throw std::length_error("its by values are longer than " + std::to_string(kMaxKey) +
                              " bytes");
    take_key(rule, hit, key, in, context);
  }
}

void Correlator::take_key(const rules::Rule& rule, model::Hit hit, Key& key, const Arrival& in,
                          Context& context) {
  if (hit.role == model::Role::annotate) {
    auto decision = opening(rule, std::move(key), in.report.when);
    decision.kind = Decision::Kind::annotates;
    return void(context.out.push_back(std::move(decision)));
  }
  if (hit.role == model::Role::until && rule.across_recoveries) return;
  if (adds(rule, hit) && context.is_annulled(rule, key)) return;
  conditions_.take(hit, key, in, context);
}

std::vector<Decision> Correlator::run_next(const Annuls& annuls) {
  std::vector<Decision> out;
  auto shared = context(annuls, out);
  conditions_.run_next(shared);
  return out;
}

void Correlator::wait_anew(const std::string& rule, const std::string& key, Time now) {
  auto* condition = conditions_.find(rule);
  if (!condition) return;
  condition->wait_again(key, now);
  conditions_.update(*condition);
}

std::vector<Decision> Correlator::apply(const rules::RuleSet& rules, Time now) {
  limits_.keep_only([&](const std::string& name) {
    return std::ranges::any_of(rules.rules, [&](const auto& one) { return one.alert == name; });
  });
  std::vector<Decision> out;
  auto shared = context(kAnnulsNothing, out);
  conditions_.apply(rules, now, shared);
  return out;
}

void Correlator::forget(const std::string& rule, const std::string& key) {
  pairing_.forget_fault({rule, key});
  auto* condition = conditions_.find(rule);
  if (!condition) return;
  condition->forget(key);
  conditions_.update(*condition);
}

bool Correlator::holds(const rules::Rule& rule, const std::string& key, Time now) const {
  const auto* condition = conditions_.find(rule.alert);
  const auto* found = condition ? condition->keys().find(key) : nullptr;
  return !found || condition->holds(*found, now);
}

std::optional<Look> Correlator::look(const std::string& rule, const std::string& key) const {
  const auto* condition = conditions_.find(rule);
  const auto* found = condition ? condition->keys().find(key) : nullptr;
  return found ? std::optional(condition->look(*found)) : std::nullopt;
}

void Correlator::review_degraded() {
  limits_.review([&](const std::string& name) {
    const auto* condition = conditions_.find(name);
    return condition ? condition->keys().size() : pairing_.faults_of(name);
  });
}

void Correlator::begin_save(ByteWriter& out) {
  limits_.save(out);
  conditions_.begin_save(out);
}

bool Correlator::restore(const rules::RuleSet& rules, std::uint64_t version, ByteReader& in,
                         bool others) {
  limits_ = KeyLimits::load(in);
  return conditions_.restore(rules, version, in, others);
}

}  // namespace alarum::correlate
