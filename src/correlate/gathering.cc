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

bool uses_leader(const Rule& rule) {
  return rule.names.contains("members.summary") || rule.names.contains("members.description") ||
         rule.names.contains("members.runbook");
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
    one.alike.clear();
    if (one.state == State::firing)
      for (const auto& [member, known] : one.members) note_alike(one, known.kind, member);
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
  one.unjudged = {one.starts.empty() ? one.newest : one.starts.begin()->first,
                  one.starts.empty() ? one.newest : one.starts.rbegin()->first};
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
  share(one, member, &alert);
  const bool waits =
      held && one.state == State::idle && rule.gather->wait > Duration::zero() && member.absorbs;
  if (waits)
    set_timer(member.due, now + rule.gather->wait, {rule.alert, key.text}, Timer::wait, id);
  one.newest = starts;
  one.unjudged = one.unjudged ? std::pair(std::min(one.unjudged->first, starts),
                                          std::max(one.unjudged->second, starts))
                              : std::pair(starts, starts);
  index(one, id, member);
  note_settled(rule, one, now);
  if (one.state == State::firing) {
    if (!member.value.empty() && one.peak.size() < kMostPeak) one.peak.insert(fnv1a(member.value));
    one.worst = std::max(one.worst, member.severity);
    one.reporters.insert(member.kind);
    note_alike(one, member.kind, id);
    lead_by(one, member.kind, alert);
    const auto step = step_of(rule, one);
    one.high = std::max(one.high, one.values.size());
    if (step_of(rule, one) > step)
      one.recovery = std::to_string(step_of(rule, one)) + " or more", one.partial = false;
  }
  one.members.emplace(id, std::move(member));
  touched_.insert(id);
  note_move(rule, key.text, one, now);
}

void Gathering::update(const Way& way, const std::string& key, RollUp& one, Member& member,
                       const model::Alert& alert) {
  const Id id{alert.rule, alert.key};
  member.count = alert.count;
  const auto severity = std::exchange(member.severity, alert.severity);
  const auto before = member.shared;
  share(one, member, &alert);
  member.absorbs = may_hold(*way.rule, way.absorbs, alert.severity);
  if (severity != member.severity) touched_.insert(id);
  if (one.state != State::firing) return;
  // Who reports a member reports the roll-up
  if (quiet_.contains({way.rule->alert, key}))
    dirty_.insert({way.rule->gather->rank, way.rule->alert, key});
  lead_by(one, member.kind, alert);
  one.worst = std::max(one.worst, member.severity);
  const bool leads = uses_leader(*way.rule) && one.kinds.begin()->second.begin()->second == id;
  if (severity != member.severity || before != member.shared || leads)
    dirty_.insert({way.rule->gather->rank, way.rule->alert, key});
}

void Gathering::leave(const Way& way, const std::string& key, const model::Alert& alert, Time now) {
  const Id group{way.rule->alert, key}, id{alert.rule, alert.key};
  const auto found = roll_ups_.find(group);
  if (found == roll_ups_.end()) return;
  auto& one = found->second;
  const auto at = one.members.find(id);
  if (at == one.members.end()) return;
  note_settled(*way.rule, one, now);
  drop(group, one, at);
  one.last_end = std::max(one.last_end, alert.ends_at.value_or(alert.last_seen));
  note_move(*way.rule, key, one, now);
}

void Gathering::drop(const Id& roll_up, RollUp& one, std::map<Id, Member>::iterator at) {
  auto& member = at->second;
  set_timer(member.due, std::nullopt, roll_up, Timer::wait, at->first);
  unindex(one, member);
  share(one, member, nullptr);
  one.members.erase(at);
}

// Annotations that are not its rule's texts: those of the inventory, advice. No alert: it leaves.
void Gathering::share(RollUp& one, Member& member, const model::Alert* alert) {
  static const std::set<std::string> kOwn{"summary",    "description", "runbook",
                                          "stage",      "subjects",    "flapping",
                                          "resolution", "resolved_by", "members"};
  constexpr std::size_t kMostText = 200;
  for (const auto& [name, value] : member.shared) {
    auto& values = one.shared[name];
    if (--values[value] == 0) values.erase(value);
    if (values.empty()) one.shared.erase(name);
  }
  member.shared.clear();
  if (!alert) return;
  for (const auto& [name, value] : alert->annotations) {
    if (value.empty() || value.size() > kMostText || kOwn.contains(name)) continue;
    if (member.shared.size() == kMostNamed) break;
    member.shared[name] = value;
    ++one.shared[name][value];
  }
}

void Gathering::index(RollUp& one, const Id& id, const Member& member) {
  one.kinds[member.kind][member.order] = id;
  if (member.value.empty()) return;
  auto& value = one.values[member.value];
  if (value.members++ > 0) return;
  value.order = member.order, value.starts = member.starts;
  one.in_order[value.order] = member.value;
  one.starts.emplace(value.starts, member.value);
}

void Gathering::unindex(RollUp& one, const Member& member) {
  const auto kind = one.kinds.find(member.kind);
  kind->second.erase(member.order);
  if (kind->second.empty()) one.kinds.erase(kind);
  const auto value = one.values.find(member.value);
  if (value == one.values.end() || --value->second.members > 0) return;
  one.in_order.erase(value->second.order);
  one.starts.erase({value->second.starts, member.value});
  one.values.erase(value);
}

// Before a member joins or leaves: what comes after it was settled is news.
void Gathering::note_settled(const Rule& rule, RollUp& one, Time now) {
  if (one.state == State::firing && now - one.moved >= rule.gather->settle)
    one.settled = one.peak.size();
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

// Of values that lie close enough together there are never as many as it needs before it begins, so
// that a look is short.
bool Gathering::is_ready(const Rule& rule, const RollUp& one) const {
  if (one.members.empty() || (one.values.size() < rule.threshold && rule.threshold > 1))
    return false;
  if (rule.threshold <= 1 || rule.within <= Duration::zero()) return true;
  if (!one.unjudged) return false;
  const auto first = one.starts.lower_bound({one.unjudged->first - rule.within, ""});
  std::size_t within = 0;
  auto tail = first;
  for (auto it = first; it != one.starts.end() && it->first <= one.unjudged->second + rule.within;
       ++it) {
    ++within, ++looks_;
    while (it->first - tail->first > rule.within) ++tail, --within;
    if (within >= rule.threshold) return true;
  }
  return false;
}

// Idle, pending (`for`), and back.
void Gathering::judge(const Id& id, const Rule& rule, RollUp& one, Time now) {
  const bool enough =
      rule.threshold > 1 ? one.values.size() >= rule.threshold : !one.members.empty();
  if (one.state == State::pending && !enough) {
    one.state = State::idle;
    set_timer(one.begins, std::nullopt, id, Timer::begin);
    touch_all(rule, id.second, one);
  }
  if (one.state == State::idle && is_ready(rule, one)) {
    one.state = State::pending;
    if (rule.delay > Duration::zero())
      set_timer(one.begins, now + rule.delay, id, Timer::begin), touch_all(rule, id.second, one);
  }
  one.unjudged.reset();
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
      one.unjudged.reset();
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

void Gathering::note_alike(RollUp& one, std::uint32_t kind, const Id& id) {
  auto& keys = one.alike[kind];
  if (keys.size() < kMostAlike) keys.insert(fnv1a(id.second));
}

void Gathering::lead_by(RollUp& one, std::uint32_t kind, const model::Alert& alert) {
  if (kind > one.lead.kind) return;
  const auto text = [&](const char* name) { return label_or(alert.annotations, name); };
  one.lead = {kind, text("summary"), text("description"), text("runbook")};
}

void Gathering::begin(const Rule& rule, const std::string& key, RollUp& one, Time now,
                      const Find& find) {
  one.state = State::firing;
  one.begun = one.moved = now;
  one.settled = 0;
  one.peak.clear(), one.reporters.clear(), one.alike.clear(), one.recovery.clear();
  one.partial = false, one.worst = {}, one.first = {}, one.lead = {};
  one.high = one.values.size();
  const Id* first = nullptr;
  auto earliest = std::pair(Time::max(), std::uint64_t{0});
  for (const auto& [id, member] : one.members) {
    ++looks_;
    if (!member.value.empty() && one.peak.size() < kMostPeak) one.peak.insert(fnv1a(member.value));
    one.worst = std::max(one.worst, member.severity);
    one.reporters.insert(member.kind);
    note_alike(one, member.kind, id);
    if (const auto when = std::pair(member.starts, member.order); when < earliest)
      earliest = when, first = &id;
  }
  const auto* alert = find(*first);
  if (alert) one.first.summary = label_or(alert->annotations, "summary");
  one.first.name = one.members.at(*first).value;
  if (one.first.name.empty()) one.first.name = one.first.summary;
  const auto& [kind, leaders] = *one.kinds.begin();
  if (const auto* leader = find(leaders.begin()->second)) lead_by(one, kind, *leader);
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
  if (kind == Timer::settle) settle(rule, one);
  dirty_.insert({rule.gather->rank, name, key});
}

}  // namespace alarum::correlate
