#include "correlate/roll_up.h"

#include <algorithm>
#include <vector>

#include "base/hash.h"

namespace alarum::correlate {
namespace {

std::string text_in(const model::Labels& labels, const std::string& name) {
  const auto found = labels.find(name);
  return found == labels.end() ? "" : found->second;
}

bool uses_leader(const rules::Rule& rule) {
  return rule.names.contains("members.summary") || rule.names.contains("members.description") ||
         rule.names.contains("members.runbook");
}

}  // namespace

// ---- members

void RollUp::join(const rules::Rule& rule, const Id& id, Member member, const model::Alert& alert) {
  share(member, &alert);
  newest = member.starts;
  unjudged_ =
      unjudged_ ? std::pair(std::min(unjudged_->first, newest), std::max(unjudged_->second, newest))
                : std::pair(newest, newest);
  index(id, member);
  if (state == State::firing) {
    note_since_begin(id, member);
    lead_by(member.kind, alert);
    const auto step = step_of(rule);
    high_ = std::max(high_, values_.size());
    if (step_of(rule) > step)
      recovery_ = std::to_string(step_of(rule)) + " or more", partial_ = false;
  }
  members.emplace(id, std::move(member));
}

bool RollUp::update(const rules::Rule& rule, const Id& id, Member& member,
                    const model::Alert& alert) {
  member.count = alert.count;
  const auto severity = std::exchange(member.severity, alert.severity);
  const auto before = member.shared;
  share(member, &alert);
  if (state != State::firing) return false;
  lead_by(member.kind, alert);
  worst_ = std::max(worst_, member.severity);
  const bool leads = uses_leader(rule) && kinds_.begin()->second.begin()->second == id;
  return severity != member.severity || before != member.shared || leads;
}

void RollUp::leave(std::map<Id, Member>::iterator at) {
  unindex(at->second);
  share(at->second, nullptr);
  members.erase(at);
}

void RollUp::note_settled(const rules::Rule& rule, Time now) {
  if (state == State::firing && now - moved >= rule.gather->settle) settled_ = peak_.size();
}

void RollUp::count_kinds_again() {
  alike_.clear();
  if (state != State::firing) return;
  for (const auto& [id, member] : members) note_alike(member.kind, id);
}

// Annotations that are not its rule's texts: those of the inventory, advice. No alert: it leaves.
void RollUp::share(Member& member, const model::Alert* alert) {
  static const std::set<std::string> kOwn{"summary",    "description", "runbook",
                                          "stage",      "subjects",    "flapping",
                                          "resolution", "resolved_by", "members"};
  constexpr std::size_t kMostText = 200;
  for (const auto& [name, value] : member.shared) {
    auto& values = shared_[name];
    if (--values[value] == 0) values.erase(value);
    if (values.empty()) shared_.erase(name);
  }
  member.shared.clear();
  if (!alert) return;
  for (const auto& [name, value] : alert->annotations) {
    if (value.empty() || value.size() > kMostText || kOwn.contains(name)) continue;
    if (member.shared.size() == kMostNamed) break;
    member.shared[name] = value;
    ++shared_[name][value];
  }
}

void RollUp::index(const Id& id, const Member& member) {
  kinds_[member.kind][member.order] = id;
  if (member.value.empty()) return;
  auto& value = values_[member.value];
  if (value.members++ > 0) return;
  value.order = member.order, value.starts = member.starts;
  in_order_[value.order] = member.value;
  starts_.emplace(value.starts, member.value);
}

void RollUp::unindex(const Member& member) {
  const auto kind = kinds_.find(member.kind);
  kind->second.erase(member.order);
  if (kind->second.empty()) kinds_.erase(kind);
  const auto value = values_.find(member.value);
  if (value == values_.end() || --value->second.members > 0) return;
  in_order_.erase(value->second.order);
  starts_.erase({value->second.starts, member.value});
  values_.erase(value);
}

// ---- whether it fires

bool RollUp::has_enough(const rules::Rule& rule) const {
  return rule.threshold > 1 ? values_.size() >= rule.threshold : !members.empty();
}

// Of values that lie close enough together there are never as many as it needs before it begins, so
// that a look is short.
bool RollUp::is_ready(const rules::Rule& rule, std::uint64_t& looks) const {
  if (members.empty() || (values_.size() < rule.threshold && rule.threshold > 1)) return false;
  if (rule.threshold <= 1 || rule.within <= Duration::zero()) return true;
  if (!unjudged_) return false;
  const auto first = starts_.lower_bound({unjudged_->first - rule.within, ""});
  std::size_t within = 0;
  auto tail = first;
  for (auto it = first; it != starts_.end() && it->first <= unjudged_->second + rule.within; ++it) {
    ++within, ++looks;
    while (it->first - tail->first > rule.within) ++tail, --within;
    if (within >= rule.threshold) return true;
  }
  return false;
}

void RollUp::judge_all_again() {
  unjudged_ = starts_.empty() ? std::pair(newest, newest)
                              : std::pair(starts_.begin()->first, starts_.rbegin()->first);
}

void RollUp::begin(Time now, const Find& find) {
  state = State::firing;
  begun = moved = now;
  settled_ = 0;
  peak_.clear(), reporters_.clear(), alike_.clear(), recovery_.clear();
  partial_ = false, worst_ = {}, first_ = {}, lead_ = {};
  high_ = values_.size();
  const Id* first = nullptr;
  auto earliest = std::pair(Time::max(), std::uint64_t{0});
  for (const auto& [id, member] : members) {
    note_since_begin(id, member);
    if (const auto when = std::pair(member.starts, member.order); when < earliest)
      earliest = when, first = &id;
  }
  const auto* alert = find(*first);
  if (alert) first_.summary = text_in(alert->annotations, "summary");
  first_.name = members.at(*first).value;
  if (first_.name.empty()) first_.name = first_.summary;
  const auto& [kind, leaders] = *kinds_.begin();
  if (const auto* leader = find(leaders.begin()->second)) lead_by(kind, *leader);
}

void RollUp::note_since_begin(const Id& id, const Member& member) {
  if (!member.value.empty() && peak_.size() < kMostPeak) peak_.insert(fnv1a(member.value));
  worst_ = std::max(worst_, member.severity);
  reporters_.insert(member.kind);
  note_alike(member.kind, id);
}

void RollUp::note_alike(std::uint32_t kind, const Id& id) {
  auto& keys = alike_[kind];
  if (keys.size() < kMostAlike) keys.insert(fnv1a(id.second));
}

void RollUp::lead_by(std::uint32_t kind, const model::Alert& alert) {
  if (kind > lead_.kind) return;
  const auto text = [&](const char* name) { return text_in(alert.annotations, name); };
  lead_ = {kind, text("summary"), text("description"), text("runbook")};
}

// ---- texts

std::string RollUp::names() const {
  std::string out;
  std::size_t left = kMostNamed;
  for (const auto& [order, value] : in_order_) {
    if (left-- == 0) return out + " and " + std::to_string(in_order_.size() - kMostNamed) + " more";
    out += (out.empty() ? "" : ", ") + value;
  }
  return out;
}

std::string RollUp::kinds(const rules::Rule& rule) const {
  std::string out;
  for (const auto& [kind, of_kind] : kinds_) {
    out += (out.empty() ? "" : ", ") + rule.gather->rules[kind];
    if (of_kind.size() > 1) out += " ×" + std::to_string(of_kind.size());
  }
  return out;
}

std::string RollUp::reporters(const rules::Rule& rule) const {
  std::string out;
  for (const auto reporter : reporters_) {
    if (reporter < rule.gather->rules.size())
      out += (out.empty() ? "" : ", ") + rule.gather->rules[reporter];
  }
  return out;
}

std::uint32_t RollUp::step_of(const rules::Rule& rule) const {
  auto step = rule.threshold;
  for (const auto update : rule.gather->updates)
    if (update <= high_) step = std::max(step, update);
  return step;
}

void RollUp::settle() {
  const auto peak = peak_.size(), now = values_.size();
  if (now > 0 && peak > now) {
    recovery_ = std::to_string(peak - now) + " of " + std::to_string(peak) +
                " back, still down: " + names();
    partial_ = true;
  } else if (std::exchange(partial_, false)) {
    recovery_ = "all " + std::to_string(peak) + " down again";
  } else if (settled_ > 0 && peak > settled_) {
    recovery_ = std::to_string(peak - settled_) + " more, now " + std::to_string(peak) +
                " down: " + names();
  }
}

const RollUp::Id& RollUp::latest() const {
  const std::pair<const std::uint64_t, Id>* latest = nullptr;
  for (const auto& [kind, of_kind] : kinds_) {
    if (const auto& last = *of_kind.rbegin(); !latest || last.first > latest->first) latest = &last;
  }
  return latest->second;
}

std::map<std::string, std::string> RollUp::texts(const rules::Rule& rule, const Find& find) const {
  std::map<std::string, std::string> out;
  if (kinds_.empty()) return out;
  const auto& [kind, leaders] = *kinds_.begin();
  const auto peak = peak_.size(), now = values_.size();
  out["members.distinct"] = std::to_string(now);
  out["members.peak"] = std::to_string(peak);
  out["members.back"] = std::to_string(peak - std::min(peak, now));
  out["members.count"] = std::to_string(members.size());
  out["members.first"] = first_.name;
  out["members.first_summary"] = first_.summary;
  out["members.names"] = names();
  out["members.kinds"] = kinds(rule);
  const bool leads = kind <= lead_.kind;  // else it did, and its alert is over
  const auto& rules = rule.gather->rules;
  out["members.leading"] = rules[leads || lead_.kind >= rules.size() ? kind : lead_.kind];
  out["members.severity"] = model::to_text(worst_);
  out["members.step"] = std::to_string(step_of(rule));
  out["members.recovery"] = recovery_;
  std::size_t several = 0;
  for (const auto& [alike, keys] : alike_) several = std::max(several, keys.size());
  out["members.several"] = several > 1 ? std::to_string(several) : "";
  const auto* newest_alert = find(latest());
  out["members.latest"] = newest_alert ? text_in(newest_alert->annotations, "summary") : "";
  out["members.reporters"] = reporters(rule);
  const auto* leader = find(leaders.begin()->second);
  for (const auto& [name, stored] :
       {std::pair("summary", &lead_.summary), std::pair("description", &lead_.description),
        std::pair("runbook", &lead_.runbook)}) {
    out[std::string("members.") + name] =
        leads && leader ? text_in(leader->annotations, name) : *stored;
  }
  return out;
}

model::Labels RollUp::annotations(const rules::Rule& rule) const {
  model::Labels out;
  for (const auto& [name, values] : shared_) {
    std::size_t left = kMostShared;
    auto& text = out[name];
    for (const auto& [value, count] : values) {
      if (left-- == 0) {
        text += " and " + std::to_string(values.size() - kMostShared) + " more";
        break;
      }
      text += (text.empty() ? "" : ", ") + value;
    }
  }
  out["members"] = kinds(rule) + ": " + names();
  return out;
}

std::vector<RollUp::Id> RollUp::first_members(std::size_t most) const {
  std::map<std::uint64_t, Id> first;  // of each kind
  for (const auto& [kind, of_kind] : kinds_) {
    std::size_t left = most;
    for (auto it = of_kind.begin(); it != of_kind.end() && left > 0; ++it, --left)
      first.insert(*it);
  }
  std::vector<Id> out;
  for (auto it = first.begin(); it != first.end() && out.size() < most; ++it)
    out.push_back(it->second);
  return out;
}

}  // namespace alarum::correlate
