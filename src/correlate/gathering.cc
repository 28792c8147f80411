#include "correlate/gathering.h"

#include <algorithm>

#include "base/hash.h"

namespace alarum::correlate {
namespace {

using model::Change;
using rules::Rule;

// What must be the same for the members of a roll-up to stay. Part of
// alert::ActiveAlerts::signature_of(): where it changes the alert ends as well.
std::string gather_signature(const Rule& rule) {
  std::string text = rule.gather->distinct + '\n';
  for (const auto& term : rule.gather->by) text += term.label + '=' + term.path + '\n';
  return text;
}

std::string label_or(const model::Labels& labels, const std::string& name) {
  const auto found = labels.find(name);
  return found == labels.end() ? "" : found->second;
}

// What a member is counted and named by.
std::string value_of(const Rule& rule, const model::Alert& alert) {
  if (!rule.gather->distinct.empty()) return label_or(alert.labels, rule.gather->distinct);
  for (const auto* name : {"server", "subject", "source"}) {
    if (auto value = label_or(alert.labels, name); !value.empty()) return value;
  }
  return alert.key;
}

bool follows_members(const Rule& rule) {
  return rule.severity_template &&
         std::ranges::find(rule.severity_template->names(), "members.severity") !=
             rule.severity_template->names().end();
}

// What is worse than the roll-up is not hidden in it.
bool may_hold(const Rule& rule, bool absorbs, model::Severity severity) {
  return absorbs && (follows_members(rule) || severity <= rule.severity);
}

Gathering::Id get_id(ByteReader& in) {
  std::string rule(in.text());
  return {std::move(rule), std::string(in.text())};
}

}  // namespace

// ---- rules

void Gathering::apply(
    const rules::RuleSet& rules, Time now,
    const std::function<void(const std::function<void(const model::Alert&)>&)>& each) {
  std::map<std::string, std::string> signatures;
  for (const auto& rule : rules.rules)
    if (rule.gather) signatures[rule.alert] = gather_signature(rule);
  std::vector<Id> over;
  for (const auto& [id, one] : roll_ups_) {
    const auto same = signatures.find(id.first);
    if (same == signatures.end() || signatures_[id.first] != same->second) over.push_back(id);
  }
  for (const auto& id : over) dissolve(id);
  signatures_ = std::move(signatures);
  rules_.clear(), ways_.clear();
  std::unordered_map<std::string, bool> absorbs;
  for (const auto& rule : rules.rules) absorbs[rule.alert] = rule.absorb;
  for (const auto& rule : rules.rules) {
    if (!rule.gather) continue;
    rules_[rule.alert] = &rule;
    for (std::uint32_t i = 0; i < rule.gather->rules.size(); ++i) {
      const auto& name = rule.gather->rules[i];
      const auto lets = absorbs.find(name);
      ways_[name].push_back(
          {&rule, i, rule.gather->absorb && (lets == absorbs.end() || lets->second)});
    }
  }
  drop_unlisted(now);
  each([&](const model::Alert& alert) { judge_again(alert, now); });
}

// Members of rules that are gathered no more, or at another place of the list: those join again.
void Gathering::drop_unlisted(Time now) {
  for (auto& [id, one] : roll_ups_) {
    const auto& rule = *rules_.at(id.first);
    bool moved = false;
    for (auto at = one.members.begin(); at != one.members.end();) {
      const auto next = std::next(at);
      const auto& listed = rule.gather->rules;
      const auto kind = at->second.kind;
      if (kind >= listed.size() || listed[kind] != at->first.first)
        moved = true, touched_.insert(at->first), drop(id, one, at);
      at = next;
    }
    if (!moved) continue;
    one.count_kinds_again();
    note_move(rule, id.second, one, now);
  }
}

// Under new rules: it is a member as before, or becomes one without being held back.
void Gathering::judge_again(const model::Alert& alert, Time now) {
  const auto ways = ways_.find(alert.rule);
  if (ways == ways_.end() || alert.late) return;
  const Id id{alert.rule, alert.key};
  const auto quiet = quiet_.find(id);
  for (const auto& way : ways->second) {
    if (quiet != quiet_.end() && quiet->second.contains(way.rule->alert)) continue;
    const auto key = key_of(*way.rule, alert.labels);
    if (!key) continue;
    const auto known = roll_ups_.find({way.rule->alert, key->text});
    if (known == roll_ups_.end() || !known->second.members.contains(id)) {
      join(way, *key, alert, alert.starts_at, now, false);
      continue;
    }
    known->second.members.at(id).absorbs = may_hold(*way.rule, way.absorbs, alert.severity);
    touched_.insert(id);
  }
}

std::optional<Key> Gathering::key_of(const Rule& rule, const model::Labels& labels) const {
  Key key;
  for (const auto& [label, from] : rule.gather->by) {
    const auto found = labels.find(from);
    if (found == labels.end() || found->second.empty()) return std::nullopt;
    if (!key.text.empty()) key.text += ',';
    key.text += key_text(label, found->second);
    key.labels[label] = found->second;
  }
  return key;
}

// ---- what happens to members

void Gathering::take(const Change& change, Time now) {
  const auto& alert = change.alert;
  const bool over = change.kind == Change::Kind::resolved;
  const Id id{alert.rule, alert.key};
  // Goes on under another id
  if (over && alert.reason == model::EndReason::escalated)
    return void(escalated_ = {id, alert.labels});
  if (escalated_ && escalated_->first == id) leave_former(alert, now);
  escalated_.reset();
  if (alert.late) return;                                    // over before it was known
  if (change.kind == Change::Kind::fired) quiet_.erase(id);  // news, also where it only got worse
  if (over) {
    if (const auto own = roll_ups_.find(id); own != roll_ups_.end()) end_own(own, alert.reason);
    quiet_.erase(id);
  }
  const auto ways = ways_.find(alert.rule);
  if (!over && !quiet_.empty())
    wake(alert, ways == ways_.end() ? std::vector<Way>() : ways->second);
  if (ways == ways_.end()) return;
  for (const auto& way : ways->second) take_member(way, change, now);
}

// What it was a member of before it got worse, and is not now: its labels have become others, or it
// was over before it was known.
void Gathering::leave_former(const model::Alert& alert, Time now) {
  if (alert.late) quiet_.erase(escalated_->first);
  const auto ways = ways_.find(alert.rule);
  if (ways == ways_.end()) return;
  for (const auto& way : ways->second) {
    const auto before = key_of(*way.rule, escalated_->second),
               after = alert.late ? std::nullopt : key_of(*way.rule, alert.labels);
    if (before && (!after || after->text != before->text)) leave(way, before->text, alert, now);
  }
}

// A roll-up's own alert ended. Where that was not somebody's word, what still fires (it came at the
// moment at which `keep_firing_for` ran out) is judged from the beginning.
void Gathering::end_own(std::map<Id, RollUp>::iterator at, model::EndReason reason) {
  auto& one = at->second;
  if (one.members.empty()) return erase(at);
  const auto& rule = *rules_.at(at->first.first);
  if (reason == model::EndReason::manual || reason == model::EndReason::rule_changed)
    return dissolve(at->first);
  one.state = State::idle;
  set_timer(one.settles, std::nullopt, at->first, Timer::settle);
  one.judge_all_again();
  touch_all(rule, at->first.second, one);
  dirty_.insert({rule.gather->rank, rule.alert, at->first.second});
}

// What was quiet because of rules that are gone, or gather it no more, is reported again.
void Gathering::wake(const model::Alert& alert, const std::vector<Way>& ways) {
  const auto quiet = quiet_.find({alert.rule, alert.key});
  if (quiet == quiet_.end()) return;
  std::erase_if(quiet->second, [&](const auto& entry) {
    const bool gathered =
        std::ranges::any_of(ways, [&](const Way& way) { return way.rule->alert == entry.first; });
    return !gathered && alert.count > entry.second.count;
  });
  touched_.insert(quiet->first);
  if (quiet->second.empty()) quiet_.erase(quiet);
}

void Gathering::take_member(const Way& way, const Change& change, Time now) {
  const auto& alert = change.alert;
  const auto key = key_of(*way.rule, alert.labels);
  if (!key) {
    if (change.kind == Change::Kind::fired) ++without_key_;
    return;
  }
  if (change.kind == Change::Kind::resolved) return leave(way, key->text, alert, now);
  const auto found = roll_ups_.find({way.rule->alert, key->text});
  const Id id{alert.rule, alert.key};
  const auto member = found == roll_ups_.end() ? nullptr : &found->second.members;
  if (member && member->contains(id))
    return update(way, key->text, found->second, member->at(id), alert);
  if (change.kind == Change::Kind::fired)
    join(way, *key, alert, alert.starts_at, now, true);
  else
    report(way, alert, now);
}

// What was quiet since its roll-up was dissolved is reported again: it is a member as if it fired
// now.
void Gathering::report(const Way& way, const model::Alert& alert, Time now) {
  const Id id{alert.rule, alert.key};
  const auto quiet = quiet_.find(id);
  if (quiet == quiet_.end()) return;
  const auto entry = quiet->second.find(way.rule->alert);
  if (entry == quiet->second.end() || alert.count <= entry->second.count) return;
  quiet->second.erase(entry);
  if (quiet->second.empty()) quiet_.erase(quiet);
  join(way, *key_of(*way.rule, alert.labels), alert, alert.last_seen, now, true);
}

void Gathering::join(const Way& way, const Key& key, const model::Alert& alert, Time starts,
                     Time now, bool held) {
  const auto& rule = *way.rule;
  const Id id{alert.rule, alert.key};
  auto& one = roll_ups_[{rule.alert, key.text}];
  one.labels = key.labels;
  Member member{next_order_++,
                way.kind,
                value_of(rule, alert),
                alert.severity,
                starts,
                now,
                alert.count,
                may_hold(rule, way.absorbs, alert.severity),
                {},
                {}};
  const bool waits =
      held && one.state == State::idle && rule.gather->wait > Duration::zero() && member.absorbs;
  if (waits)
    set_timer(member.due, now + rule.gather->wait, {rule.alert, key.text}, Timer::wait, id);
  one.note_settled(rule, now);
  one.join(rule, id, std::move(member), alert);
  touched_.insert(id);
  note_move(rule, key.text, one, now);
}

void Gathering::update(const Way& way, const std::string& key, RollUp& one, Member& member,
                       const model::Alert& alert) {
  const Id id{alert.rule, alert.key};
  const auto severity = member.severity;
  const bool moves = one.update(*way.rule, id, member, alert);
  member.absorbs = may_hold(*way.rule, way.absorbs, alert.severity);
  if (severity != member.severity) touched_.insert(id);
  // Who reports a member reports the roll-up
  if (moves || (one.state == State::firing && quiet_.contains({way.rule->alert, key})))
    dirty_.insert({way.rule->gather->rank, way.rule->alert, key});
}

void Gathering::leave(const Way& way, const std::string& key, const model::Alert& alert, Time now) {
  const Id group{way.rule->alert, key}, id{alert.rule, alert.key};
  const auto found = roll_ups_.find(group);
  if (found == roll_ups_.end()) return;
  auto& one = found->second;
  const auto at = one.members.find(id);
  if (at == one.members.end()) return;
  one.note_settled(*way.rule, now);
  drop(group, one, at);
  one.last_end = std::max(one.last_end, alert.ends_at.value_or(alert.last_seen));
  note_move(*way.rule, key, one, now);
}

void Gathering::drop(const Id& roll_up, RollUp& one, std::map<Id, Member>::iterator at) {
  set_timer(at->second.due, std::nullopt, roll_up, Timer::wait, at->first);
  one.leave(at);
}

void Gathering::note_move(const Rule& rule, const std::string& key, RollUp& one, Time now) {
  dirty_.insert({rule.gather->rank, rule.alert, key});
  one.moved = now;
  if (one.state == State::firing)
    set_timer(one.settles,
              one.members.empty() ? std::nullopt : std::optional(now + rule.gather->settle),
              {rule.alert, key}, Timer::settle);
}

// ---- whether it fires

// Idle, pending (`for`), and back.
void Gathering::judge(const Id& id, const Rule& rule, RollUp& one, Time now) {
  if (one.state == State::pending && !one.has_enough(rule)) {
    one.state = State::idle;
    set_timer(one.begins, std::nullopt, id, Timer::begin);
    touch_all(rule, id.second, one);
  }
  if (one.state == State::idle && one.is_ready(rule, looks_)) {
    one.state = State::pending;
    if (rule.delay > Duration::zero())
      set_timer(one.begins, now + rule.delay, id, Timer::begin), touch_all(rule, id.second, one);
  }
  one.note_judged();
}

std::optional<Gathering::Verdict> Gathering::next(Time now, const Find& find) {
  while (!dirty_.empty()) {
    const auto [rank, name, key] = *dirty_.begin();
    dirty_.erase(dirty_.begin());
    const auto found = roll_ups_.find({name, key});
    if (found == roll_ups_.end()) continue;
    auto& one = found->second;
    const auto& rule = *rules_.at(name);
    const Key named{key, one.labels};
    if (one.state == State::firing) {
      one.note_judged();
      if (one.members.empty()) return Verdict{Verdict::Kind::ends, &rule, named, one.last_end};
      return Verdict{Verdict::Kind::moves, &rule, named, one.newest};
    }
    judge(found->first, rule, one, now);
    if (one.state == State::pending && !one.begins) {
      begin(rule, key, one, now, find);
      return Verdict{Verdict::Kind::begins, &rule, named, one.newest};
    }
    if (one.members.empty()) erase(found);
  }
  return std::nullopt;
}

void Gathering::begin(const Rule& rule, const std::string& key, RollUp& one, Time now,
                      const Find& find) {
  looks_ += one.members.size();
  one.begin(now, find);
  touch_all(rule, key, one);
}

// Nobody waits any more: what holds them now is the state of the roll-up alone.
void Gathering::touch_all(const Rule& rule, const std::string& key, RollUp& one) {
  for (auto& [id, member] : one.members) {
    ++looks_;
    set_timer(member.due, std::nullopt, {rule.alert, key}, Timer::wait, id);
    touched_.insert(id);
  }
}

// What still fires stays quiet until it is reported again. Nobody waits for what was only pending.
void Gathering::dissolve(const Id& id) {
  const auto found = roll_ups_.find(id);
  auto& one = found->second;
  for (auto& [member, known] : one.members) {
    set_timer(known.due, std::nullopt, id, Timer::wait, member);
    if (one.state == State::firing) quiet_[member][id.first] = {known.count, known.absorbs};
    touched_.insert(member);
  }
  erase(found);
}

void Gathering::erase(std::map<Id, RollUp>::iterator at) {
  const auto id = at->first;
  set_timer(at->second.begins, std::nullopt, id, Timer::begin);
  set_timer(at->second.settles, std::nullopt, id, Timer::settle);
  roll_ups_.erase(at);
}

// ---- what it holds back

Gathering::Held Gathering::held(const model::Alert& alert) const {
  Held out;
  const Id id{alert.rule, alert.key};
  if (const auto quiet = quiet_.find(id); quiet != quiet_.end()) {
    for (const auto& [rule, entry] : quiet->second)
      if (entry.absorbed) out.absorbed.push_back(rule);
  }
  const auto ways = ways_.find(alert.rule);
  if (ways == ways_.end()) return out;
  for (const auto& way : ways->second) {
    const auto key = key_of(*way.rule, alert.labels);
    if (!key) continue;
    const auto found = roll_ups_.find({way.rule->alert, key->text});
    if (found == roll_ups_.end()) continue;
    const auto member = found->second.members.find(id);
    if (member == found->second.members.end() || !member->second.absorbs) continue;
    if (found->second.state == State::firing)
      out.absorbed.push_back(way.rule->alert);
    else if (found->second.state == State::pending || member->second.due)
      out.waiting.push_back(way.rule->alert);
  }
  return out;
}

// ---- time

void Gathering::set_timer(std::optional<Time>& now, std::optional<Time> due, const Id& roll_up,
                          Timer kind, const Id& member) {
  if (now == due) return;
  if (now) timers_.erase({*now, roll_up.first, roll_up.second, kind, member});
  now = due;
  if (due) timers_.insert({*due, roll_up.first, roll_up.second, kind, member});
}

std::optional<Gathering::Due> Gathering::next_due() const {
  if (timers_.empty()) return std::nullopt;
  const auto& [at, rule, key, kind, member] = *timers_.begin();
  return Due{at, rule, key};
}

void Gathering::run_next() {
  const auto [at, name, key, kind, member] = *timers_.begin();
  auto& one = roll_ups_.at({name, key});
  const auto& rule = *rules_.at(name);
  if (kind == Timer::wait) {
    set_timer(one.members.at(member).due, std::nullopt, {name, key}, kind, member);
    touched_.insert(member);
    return;
  }
  set_timer(kind == Timer::begin ? one.begins : one.settles, std::nullopt, {name, key}, kind);
  if (kind == Timer::settle) one.settle();
  dirty_.insert({rule.gather->rank, name, key});
}

// ---- what is asked

const RollUp* Gathering::roll_up(const rules::Rule& rule, const std::string& key) const {
  const auto found = roll_ups_.find({rule.alert, key});
  return found == roll_ups_.end() ? nullptr : &found->second;
}

std::map<std::string, std::string> Gathering::leaves(const Rule& rule, const std::string& key,
                                                     const Find& find) const {
  const auto* one = roll_up(rule, key);
  return one ? one->texts(rule, find) : std::map<std::string, std::string>();
}

model::Labels Gathering::annotations(const Rule& rule, const std::string& key) const {
  const auto* one = roll_up(rule, key);
  return one ? one->annotations(rule) : model::Labels();
}

std::pair<std::vector<Gathering::Id>, std::size_t> Gathering::members(const Id& roll_up,
                                                                      std::size_t most) const {
  const auto found = roll_ups_.find(roll_up);
  if (found == roll_ups_.end()) return {};
  return {found->second.first_members(most), found->second.members.size()};
}

std::vector<Gathering::Membership> Gathering::memberships(const model::Alert& alert) const {
  std::vector<Membership> out;
  const Id id{alert.rule, alert.key};
  const auto ways = ways_.find(alert.rule);
  if (ways == ways_.end()) return out;
  for (const auto& way : ways->second) {
    const auto key = key_of(*way.rule, alert.labels);
    const auto* one = key ? roll_up(*way.rule, key->text) : nullptr;
    const auto member = one ? one->members.find(id) : std::map<Id, Member>::const_iterator();
    if (!one || member == one->members.end() || one->state != State::firing) continue;
    out.push_back({{way.rule->alert, key->text},
                   std::max(one->begun, member->second.since),
                   member->second.absorbs});
  }
  return out;
}

// ---- a checkpoint's part

void Gathering::save(ByteWriter& out) const {
  out.number(next_order_), out.number(without_key_);
  out.number(signatures_.size());
  for (const auto& [rule, text] : signatures_) out.text(rule), out.text(text);
  out.number(roll_ups_.size());
  for (const auto& [id, one] : roll_ups_) {
    out.text(id.first), out.text(id.second);
    one.save(out);
  }
  out.number(quiet_.size());
  for (const auto& [id, rules] : quiet_) {
    out.text(id.first), out.text(id.second);
    out.number(rules.size());
    for (const auto& [rule, quiet] : rules)
      out.text(rule), out.number(quiet.count), out.number(quiet.absorbed ? 1 : 0);
  }
}

Gathering Gathering::load(ByteReader& in) {
  Gathering out;
  out.next_order_ = in.number(), out.without_key_ = in.number();
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    const std::string rule(in.text());
    out.signatures_[rule] = in.text();
  }
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    const auto id = get_id(in);
    auto& one = out.roll_ups_[id];
    one.load(in);
    out.arm_loaded(id, one);
  }
  for (auto n = in.count(); n > 0 && in.good(); --n) {
    auto& rules = out.quiet_[get_id(in)];
    for (auto quiet = in.count(); quiet > 0 && in.good(); --quiet) {
      const std::string rule(in.text());
      rules[rule].count = in.number();
      rules[rule].absorbed = in.number() != 0;
    }
  }
  return out;
}

// The times that came with it become timers.
void Gathering::arm_loaded(const Id& id, RollUp& one) {
  const auto arm = [&](std::optional<Time>& time, Timer kind, const Id& member = {}) {
    const auto due = std::exchange(time, std::nullopt);
    set_timer(time, due, id, kind, member);
  };
  arm(one.begins, Timer::begin);
  arm(one.settles, Timer::settle);
  for (auto& [name, member] : one.members) arm(member.due, Timer::wait, name);
}

}  // namespace alarum::correlate
